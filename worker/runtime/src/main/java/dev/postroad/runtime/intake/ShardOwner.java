package dev.postroad.runtime.intake;

import java.util.Map;
import java.util.Set;

/** Told by the trigger consumer which partitions Kafka gives to this worker. Called on the poll thread only. */
public interface ShardOwner {
    /** Partitions came; claiming them goes on in the background. */
    void assigned(Set<Integer> shards);

    /** Partitions go; returns when what was under way for them is committed, or after a limit. */
    void revoked(Set<Integer> shards);

    /** The shards that are claimed and taken up, each with the epoch of its claim: one that went and came has another. */
    Map<Integer, Long> epochs();

    /** The shards that are claimed and taken up. */
    default Set<Integer> owned() {
        return epochs().keySet();
    }
}
