package dev.postroad.engine.run;

/** What a task is doing. */
enum TaskStatus {
    /** Not begun. */
    PENDING,
    /** An attempt is under way. */
    RUNNING,
    /** An attempt is with a remote agent, whose answer comes by itself. */
    DISPATCHED,
    /** Between two attempts. */
    BACKING_OFF,
    /** Waits for a person. */
    ASKING,
    /** Waits for a time that it named itself. */
    SLEEPING,
    /** Its writes are in the journal. */
    DONE,
    /** It failed, and another task of the same superstep stands in for it. */
    HANDLED,
    FAILED,
    /** It failed in all its attempts, and the run pauses for a person instead of failing. */
    EXHAUSTED,
    CANCELLED;

    /** Whether it can be stopped. */
    boolean isUnderWay() {
        return this == RUNNING || this == DISPATCHED || this == BACKING_OFF || this == SLEEPING;
    }

    /** Whether it failed, and no other task stands in for it. */
    boolean isFailure() {
        return this == FAILED || this == EXHAUSTED;
    }

    /** Whether it waits for something outside, for as long as that takes. */
    boolean isWaiting() {
        return this == ASKING || this == SLEEPING;
    }

    /** Whether the superstep can be closed as far as this task is concerned. */
    boolean isSettled() {
        return this == DONE || this == HANDLED;
    }
}
