package dev.postroad.engine.run;

import org.jspecify.annotations.Nullable;

/**
 * The record that a trigger was read from.
 *
 * @param topicId Kafka's id of the topic, which another topic of the same name does not have; null where it is not known
 */
public record Origin(String topic, @Nullable String topicId, int partition, long offset) {
    /** A record of a topic whose id is not known. */
    public Origin(String topic, int partition, long offset) {
        this(topic, null, partition, offset);
    }
}
