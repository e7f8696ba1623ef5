package dev.postroad.cli.steering;

import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.message.Control;
import picocli.CommandLine.Command;

@Command(name = "unpause", description = "Go on with a run that is paused.")
final class UnpauseCommand extends SteeringCommand {
    UnpauseCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    Control.Action action(Surroundings surroundings) {
        return new Control.Unpause();
    }
}
