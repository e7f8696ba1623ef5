package dev.postroad.runtime.registry;

import dev.postroad.runtime.reading.Incoming;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Tells of records whether they were refused before. Many are looked up at once, so that a flood of them costs few
 * queries; a record that came after that look has one of its own. Confined to the thread that reads the registry.
 */
final class RefusedBefore {
    private static final int AT_ONCE = 500;

    private final Refusals refusals;
    private final InstantSource clock;
    private Look last = new Look(new TopicPartition("", 0), 0, Instant.MIN, Map.of());

    private record Look(TopicPartition partition, long from, Instant at, Map<Long, Instant> refused) {
        boolean covers(Incoming incoming) {
            long place = incoming.record().offset() - from;
            return partition.equals(partitionOf(incoming.record()))
                    && place >= 0
                    && place < AT_ONCE
                    && !incoming.readAt().isAfter(at);
        }
    }

    RefusedBefore(Refusals refusals, InstantSource clock) {
        this.refusals = refusals;
        this.clock = clock;
    }

    /** Whether a record was refused before, by whichever worker; waits for Postgres. */
    boolean contains(Incoming incoming) {
        ConsumerRecord<byte[], byte[]> record = incoming.record();
        if (!last.covers(incoming)) {
            Instant now = clock.instant();
            last = new Look(partitionOf(record), record.offset(), now, refusals.from(record, AT_ONCE));
        }
        return Instant.ofEpochMilli(record.timestamp()).equals(last.refused().get(record.offset()));
    }

    private static TopicPartition partitionOf(ConsumerRecord<byte[], byte[]> record) {
        return new TopicPartition(record.topic(), record.partition());
    }
}
