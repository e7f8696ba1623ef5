package dev.postroad.cli;

import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.message.Control;
import picocli.CommandLine.Command;

@Command(name = "retry", description = "Run again what failed or was cancelled of a run, and only that.")
final class RetryCommand extends SteeringCommand {
    RetryCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    Control.Action action(Surroundings surroundings) {
        return new Control.Retry();
    }
}
