package dev.postroad.cli.steering;

import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.message.Control;
import picocli.CommandLine.Command;

@Command(
        name = "pause",
        description = "Stop a run when its superstep is over: what is under way finishes, nothing more begins."
                + " `postroad unpause` goes on.")
final class PauseCommand extends SteeringCommand {
    PauseCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    Control.Action action(Surroundings surroundings) {
        return new Control.Pause();
    }
}
