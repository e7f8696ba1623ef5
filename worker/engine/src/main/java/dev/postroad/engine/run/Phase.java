package dev.postroad.engine.run;

import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.contracts.message.RunStatus;
import org.jspecify.annotations.Nullable;

/** What a run is doing, with what belongs to that alone: whatever it does next, it is left behind. Immutable. */
sealed interface Phase {
    /** The name that users know it by. */
    RunStatus status();

    /** Why the run failed, or paused by itself; null where it did neither. */
    default @Nullable RunError error() {
        return null;
    }

    /** How the run is to pause when its superstep is over; null where it is to go on. */
    default @Nullable Pausing pausing() {
        return null;
    }

    /** Of which no more is to be said. */
    enum Plain implements Phase {
        QUEUED(RunStatus.QUEUED),
        RUNNING(RunStatus.RUNNING),
        WAITING(RunStatus.WAITING),
        PAUSED(RunStatus.PAUSED),
        COMPLETED(RunStatus.COMPLETED),
        CANCELLED(RunStatus.CANCELLED);

        private final RunStatus status;

        Plain(RunStatus status) {
            this.status = status;
        }

        @Override
        public RunStatus status() {
            return status;
        }
    }

    /**
     * It is under way, and pauses once its superstep is over.
     *
     * @param commandId the command that says so; null where it came to a breakpoint
     * @param at that breakpoint; none where a command says so
     */
    record Pausing(@Nullable String commandId, Breakpoints at) implements Phase {
        @Override
        public RunStatus status() {
            return RunStatus.RUNNING;
        }

        @Override
        public Pausing pausing() {
            return this;
        }
    }

    /** It has paused by itself, as a task failed in all its attempts. */
    record Halted(RunError error) implements Phase {
        @Override
        public RunStatus status() {
            return RunStatus.PAUSED;
        }
    }

    /** It can be retried. */
    record Failed(RunError error) implements Phase {
        @Override
        public RunStatus status() {
            return RunStatus.FAILED;
        }
    }

    /**
     * The phase of a status, with what belongs to it.
     *
     * @param error what it failed or paused for; null for nothing
     * @param pausing how it is to pause; null where it is not
     * @throws IllegalArgumentException where a failed run has no error
     */
    static Phase of(RunStatus status, @Nullable RunError error, @Nullable Pausing pausing) {
        return switch (status) {
            case QUEUED -> Plain.QUEUED;
            case RUNNING -> pausing == null ? Plain.RUNNING : pausing;
            case WAITING -> Plain.WAITING;
            case PAUSED -> error == null ? Plain.PAUSED : new Halted(error);
            case COMPLETED -> Plain.COMPLETED;
            case FAILED -> {
                if (error == null) {
                    throw new IllegalArgumentException("a run that failed has no error");
                }
                yield new Failed(error);
            }
            case CANCELLED -> Plain.CANCELLED;
        };
    }
}
