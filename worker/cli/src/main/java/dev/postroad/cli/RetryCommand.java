package dev.postroad.cli;

import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import java.util.EnumSet;
import java.util.Set;
import picocli.CommandLine.Command;

@Command(
        name = "retry",
        description = {
            "Run again what failed or was cancelled of a run, and only that; or of all runs of a filter, by default"
                    + " those that failed.",
            "Many are sent it at a pace, and counted as they answer; a bulk that was stopped can be gone on with."
        })
final class RetryCommand extends SelectiveCommand {
    RetryCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    Control.Action action() {
        return new Control.Retry();
    }

    @Override
    Set<RunStatus> possible() {
        return EnumSet.of(RunStatus.FAILED, RunStatus.CANCELLED);
    }

    @Override
    Set<RunStatus> usual() {
        return EnumSet.of(RunStatus.FAILED);
    }
}
