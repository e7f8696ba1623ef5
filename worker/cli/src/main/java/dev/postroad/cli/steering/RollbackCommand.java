package dev.postroad.cli.steering;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import java.util.EnumSet;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "rollback",
        description = {
            "Go back to an earlier version of a run's state; what came after it stays in the history. Or all runs of a"
                    + " filter, by default those that failed.",
            "Many are sent it at a pace, and counted as they answer; a bulk that was stopped can be gone on with."
        })
final class RollbackCommand extends SelectiveCommand {
    @Option(
            names = "--version",
            paramLabel = "N",
            required = true,
            description = "The version to go back to, from 1; `postroad state RUN --version N` shows it.")
    private int version;

    @Option(names = "--no-resume", description = "Leave the run paused there; `postroad unpause` goes on.")
    private boolean paused;

    RollbackCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    Control.Action action(Surroundings surroundings) {
        if (version < 1) {
            throw CommandException.usage("--version: is " + version + "; use 1 or more");
        }
        return new Control.Rollback(version, !paused);
    }

    @Override
    Set<RunStatus> possible() {
        return EnumSet.complementOf(EnumSet.of(RunStatus.QUEUED, RunStatus.RUNNING));
    }

    @Override
    Set<RunStatus> usual() {
        return EnumSet.of(RunStatus.FAILED);
    }
}
