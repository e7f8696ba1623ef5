package dev.postroad.cli.steering;

import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import java.util.EnumSet;
import java.util.Set;
import picocli.CommandLine.Command;

@Command(
        name = "pause",
        description = {
            "Stop a run when its superstep is over: what is under way finishes, nothing more begins. `postroad unpause`"
                    + " goes on. Or all runs of a filter that have not ended.",
            "Many are sent it at a pace, and counted as they answer; a bulk that was stopped can be gone on with."
        })
final class PauseCommand extends SelectiveCommand {
    PauseCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    Control.Action action(Surroundings surroundings) {
        return new Control.Pause();
    }

    @Override
    Set<RunStatus> possible() {
        return EnumSet.of(RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.WAITING);
    }

    @Override
    Set<RunStatus> usual() {
        return possible();
    }
}
