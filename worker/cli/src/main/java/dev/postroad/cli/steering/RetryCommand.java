package dev.postroad.cli.steering;

import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import java.util.EnumSet;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "retry",
        description = {
            "Run again what failed or was cancelled of a run, and only that; or of all runs of a filter, by default"
                    + " those that failed.",
            "Many are sent it at a pace, and counted as they answer; a bulk that was stopped can be gone on with."
        })
final class RetryCommand extends SelectiveCommand {
    @Option(
            names = "--now",
            description = "Try at once what waits for its next attempt, or for its agent, of a run that is under way.")
    private boolean now;

    RetryCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    Control.Action action(Surroundings surroundings) {
        return new Control.Retry(now);
    }

    @Override
    Set<RunStatus> possible() {
        return now
                ? EnumSet.of(RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.RUNNING, RunStatus.WAITING)
                : EnumSet.of(RunStatus.FAILED, RunStatus.CANCELLED);
    }

    @Override
    Set<RunStatus> usual() {
        return now ? EnumSet.of(RunStatus.RUNNING, RunStatus.WAITING) : EnumSet.of(RunStatus.FAILED);
    }
}
