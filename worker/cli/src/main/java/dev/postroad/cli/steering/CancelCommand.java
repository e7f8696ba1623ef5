package dev.postroad.cli.steering;

import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "cancel",
        description = {
            "Stop a run, also one that is yet to come; or all runs of a filter that have not ended.",
            "Many are sent it at a pace, and counted as they answer; a bulk that was stopped can be gone on with."
        })
final class CancelCommand extends SelectiveCommand {
    private static final Set<RunStatus> NOT_ENDED =
            EnumSet.of(RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.WAITING, RunStatus.PAUSED);

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept in the run's journal.")
    private @Nullable String reason;

    CancelCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    Control.Action action(Surroundings surroundings) {
        return new Control.Cancel(reason);
    }

    @Override
    Set<RunStatus> possible() {
        return NOT_ENDED;
    }

    @Override
    Set<RunStatus> usual() {
        return NOT_ENDED;
    }
}
