package dev.postroad.runtime.retention;

/** A run that has ended and may be deleted. */
record EndedRun(long number, String runId, int shard) {
    /** As they stand in Postgres. */
    static final String STATUSES = "('completed', 'failed', 'cancelled')";
}
