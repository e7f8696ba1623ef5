package dev.postroad.runtime.journal;

import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.run.Run;
import java.util.Objects;

/**
 * What a decision means for the row of its run in {@code runs}, which is written only where it has to be. It is seen by
 * comparing the run before and after, whatever events lie between.
 */
enum RowEffect {
    /** The row stays as it is. */
    NONE,
    /** The status or what belongs to it may change; the run asks nothing before and after. */
    STATUS,
    /** Also what is asked of whom, and when the run is to be woken. */
    QUESTIONS;

    static RowEffect of(JournalEntry entry) {
        Run before = entry.before();
        Run after = entry.run();
        if (isTheSame(before, after)) {
            return NONE;
        }
        return OpenQuestions.mayAsk(before) || OpenQuestions.mayAsk(after) ? QUESTIONS : STATUS;
    }

    /** What a run waits for, and what it asks, is told of a run at rest alone, by its tasks; so is when it came to rest. */
    private static boolean isTheSame(Run before, Run after) {
        RunStatus status = after.status();
        boolean isUnderWay = status == RunStatus.QUEUED || status == RunStatus.RUNNING;
        return status == before.status()
                && after.graph().version() == before.graph().version()
                && after.startedAt().equals(before.startedAt())
                && Objects.equals(after.error(), before.error())
                && (isUnderWay || after.hasTheTasksOf(before));
    }
}
