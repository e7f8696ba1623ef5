package dev.postroad.runtime.intake;

import java.util.Set;

/** Told by the trigger consumer which partitions Kafka gives to this worker. Called on the poll thread only. */
public interface ShardOwner {
    /** Partitions came; claiming them goes on in the background. */
    void assigned(Set<Integer> shards);

    /** Partitions go; returns when what was under way for them is committed, or after a limit. */
    void revoked(Set<Integer> shards);

    /** The shards that are claimed and taken up. */
    Set<Integer> owned();
}
