package dev.postroad.runtime.journal;

import java.time.Instant;

/**
 * A run that waits to begin.
 *
 * @param number the key in the tables
 * @param rank the place in the queue; see {@link QueueRank}
 */
public record QueuedRun(long number, String runId, int shard, Instant rank) {}
