package dev.postroad.contracts.client;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/** Where a watch begins to read each partition. */
@FunctionalInterface
interface StartOfWatch {
    /** Behind the last record that is there. */
    StartOfWatch NOW = Consumer::endOffsets;

    /** The first offset to read, by partition. */
    Map<TopicPartition, Long> offsets(Consumer<byte[], byte[]> consumer, List<TopicPartition> partitions);

    /** The first record that is not older than a time. */
    static StartOfWatch at(Instant from) {
        return (consumer, partitions) -> {
            // The ends first: a record that comes between the two questions is read then, not skipped.
            Map<TopicPartition, Long> offsets = new HashMap<>(consumer.endOffsets(partitions));
            Map<TopicPartition, Long> times = new HashMap<>();
            partitions.forEach(partition -> times.put(partition, from.toEpochMilli()));
            consumer.offsetsForTimes(times).forEach((partition, found) -> {
                if (found != null) {
                    offsets.put(partition, found.offset());
                }
            });
            return offsets;
        };
    }
}
