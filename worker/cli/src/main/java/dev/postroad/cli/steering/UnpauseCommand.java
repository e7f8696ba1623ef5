package dev.postroad.cli.steering;

import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import java.util.EnumSet;
import java.util.Set;
import picocli.CommandLine.Command;

@Command(
        name = "unpause",
        description = {
            "Go on with a run that is paused; or with all paused runs of a filter.",
            "Many are sent it at a pace, and counted as they answer; a bulk that was stopped can be gone on with."
        })
final class UnpauseCommand extends SelectiveCommand {
    UnpauseCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    Control.Action action(Surroundings surroundings) {
        return new Control.Unpause();
    }

    @Override
    Set<RunStatus> possible() {
        return EnumSet.of(RunStatus.PAUSED);
    }

    @Override
    Set<RunStatus> usual() {
        return possible();
    }
}
