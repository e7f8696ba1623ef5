package dev.postroad.cli;

import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.message.Control;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "cancel", description = "Stop a run, also one that is yet to come.")
final class CancelCommand extends SteeringCommand {
    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept in the run's journal.")
    private @Nullable String reason;

    CancelCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    Control.Action action(Surroundings surroundings) {
        return new Control.Cancel(reason);
    }
}
