package dev.postroad.runtime.journal;

import dev.postroad.contracts.message.EventType;

/** What an event means for the row of its run in {@code runs}, which is written only where it has to be. */
enum RowEffect {
    /** The row stays as it is. */
    NONE,
    /** The status or what belongs to it may change; the run asks nothing before and after. */
    STATUS,
    /** Also what is asked of whom, and when the run is to be woken. */
    QUESTIONS;

    static RowEffect of(JournalEntry entry) {
        RowEffect most = NONE;
        for (JournalRow row : entry.rows()) {
            RowEffect effect = of(row.event().body().type());
            if (effect.compareTo(most) > 0) {
                most = effect;
            }
        }
        return most;
    }

    private static RowEffect of(EventType type) {
        return switch (type) {
            case RUN_STARTED, RUN_COMPLETED -> STATUS;
            case RUN_RETRIED,
                    RUN_CANCELLED,
                    RUN_FAILED,
                    RUN_WAITING,
                    RUN_RESUMED,
                    RUN_CONTINUED,
                    RUN_ROLLED_BACK,
                    RUN_PAUSED,
                    RUN_UNPAUSED,
                    STATE_UPDATED,
                    NODE_REMINDED,
                    NODE_REASSIGNED -> QUESTIONS;
            // The row of a run that is admitted is new, and has all of it.
            case RUN_QUEUED, RUN_FORKED -> NONE;
            case NODE_STARTED,
                    NODE_RETRYING,
                    NODE_COMPLETED,
                    NODE_FAILED,
                    NODE_CANCELLED,
                    NODE_WAITING,
                    RUN_PAUSING,
                    COMMAND_REJECTED,
                    TRIGGER_DUPLICATE,
                    TRIGGER_REJECTED,
                    UNKNOWN -> NONE;
        };
    }
}
