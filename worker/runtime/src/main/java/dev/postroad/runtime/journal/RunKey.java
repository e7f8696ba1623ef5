package dev.postroad.runtime.journal;

import org.jspecify.annotations.Nullable;

/**
 * Where a run is kept.
 *
 * @param number the key in the tables
 * @param id the id that users know
 * @param shard the shard that it was admitted to
 * @param traceParent the trace of its trigger; null where it had none
 */
public record RunKey(
        long number, String id, int shard, @Nullable String traceParent) {
    /** The same as part of another trace. */
    public RunKey within(String otherParent) {
        return new RunKey(number, id, shard, otherParent);
    }
}
