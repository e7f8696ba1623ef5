package dev.postroad.runtime.reading;

import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/** Which partitions of a topic are read by this worker, and when. Called by the reader's thread alone. */
public interface Assignment {
    /**
     * Begins with a consumer that has nothing yet.
     *
     * @param pages the reader's, to be told of what comes and goes
     */
    void begin(Consumer<byte[], byte[]> consumer, Pages pages);

    /**
     * Once a turn, before the consumer is polled: assigns what is to be read, where a group does not.
     *
     * @param partitions how many the topic has; 0 while it is not there
     */
    void follow(Consumer<byte[], byte[]> consumer, int partitions);

    /**
     * In whose turn a partition's records are handed over, by a number; null where they are not, for now. With another
     * number, what was handed over before and is not done is read again.
     */
    @Nullable
    Long turn(int partition);

    /** Whether it is noted in Kafka up to where all is done; else everything is read from the beginning. */
    boolean keepsPlace();

    /** Once a turn, after it. */
    default void turned(Consumer<byte[], byte[]> consumer) {}

    /** Whether there is a reason to read on. */
    default boolean goesOn() {
        return true;
    }
}
