package dev.postroad.runtime.intake;

import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/** Told by the trigger consumer which partitions Kafka gives to this worker. Called on the poll thread only. */
public interface ShardOwner {
    /**
     * A consumer begins.
     *
     * @param answered how many of its heartbeats Kafka has answered so far; may be asked by any thread
     */
    void heartbeats(LongSupplier answered);

    /** Partitions came; their shards are asked for and claimed in the background. */
    void assigned(Set<Integer> shards);

    /** Partitions went; their shards stay, and are stepped, until the worker asks for them that has the partitions now. */
    void revoked(Set<Integer> shards);

    /** The shards that are claimed and taken up, each with the epoch of its claim: one that went and came has another. */
    Map<Integer, Long> epochs();

    /** The shards that are claimed and taken up. */
    default Set<Integer> owned() {
        return epochs().keySet();
    }
}
