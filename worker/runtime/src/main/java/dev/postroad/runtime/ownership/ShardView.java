package dev.postroad.runtime.ownership;

import org.jspecify.annotations.Nullable;

/**
 * A shard that concerns this worker, as one look at Postgres found it.
 *
 * @param holder who claimed this epoch; null where that is not known
 * @param wantedBy the living worker that Kafka gave the partition to and that has not claimed it; null where there is none
 */
record ShardView(
        int shard,
        long epoch,
        Held held,
        @Nullable Long holder,
        @Nullable Long wantedBy) {
    private static final long GIVEN_BACK = 0;

    /** Whether its owner died with it. */
    boolean isOfTheDead() {
        return held == Held.NOWHERE && holder != null && holder != GIVEN_BACK;
    }

    /** By whom it is held. */
    enum Held {
        /** By this worker. */
        HERE,
        /** By another one that lives. */
        ELSEWHERE,
        /** By one that is dead, or that gave it back. */
        NOWHERE,
        /** By a worker of a release that does not say so. */
        UNKNOWN
    }
}
