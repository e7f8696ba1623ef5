package dev.postroad.engine.run;

/** What a task is doing. */
enum TaskStatus {
    /** Not begun. */
    PENDING,
    /** An attempt is under way. */
    RUNNING,
    /** Between two attempts. */
    BACKING_OFF,
    /** Its writes are in the journal. */
    DONE,
    FAILED,
    CANCELLED;

    /** Whether the superstep still waits for it. */
    boolean isUnderWay() {
        return this == RUNNING || this == BACKING_OFF;
    }
}
