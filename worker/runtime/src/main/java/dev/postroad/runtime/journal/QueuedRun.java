package dev.postroad.runtime.journal;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A run that waits to begin.
 *
 * @param number the key in the tables
 * @param rank the place in the queue; see {@link QueueRank}
 * @param turn what it may begin by, where its graph has limits; null for one that has no turn, or needs none
 */
public record QueuedRun(
        long number,
        String runId,
        int shard,
        Instant rank,
        @Nullable Turn turn) {
    /**
     * The turn of a run. It counts for the limits as long as the run is queued as it was, and its shard has the owner that it
     * had; from then on others may have what it stood for, so that nobody may begin by it.
     *
     * @param seq the row of its journal with which the run came into the queue; 0 where it was admitted to it
     * @param epoch that of its shard
     */
    public record Turn(int seq, long epoch) {}

    QueuedRun(long number, String runId, int shard, Instant rank) {
        this(number, runId, shard, rank, null);
    }

    /** The same run, which may begin. */
    QueuedRun by(Turn given) {
        return new QueuedRun(number, runId, shard, rank, given);
    }
}
