package dev.postroad.runtime.output;

import dev.postroad.runtime.output.OutputStart.AtEnd;
import dev.postroad.runtime.output.OutputStart.AtOffset;
import dev.postroad.runtime.output.OutputStart.AtTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Looks for output again and again. On each partition some reader's turn decides from where it is read, so that one far
 * behind does not stop those at the end; what is found is for all readers who are within that stretch. Confined to the
 * thread of the consumer.
 */
final class OutputLook {
    private static final Duration LONGEST_POLL = Duration.ofMillis(100);

    /** What is younger may still be on its way to the topic, so that its end is asked for instead. */
    private static final Duration SETTLED = Duration.ofSeconds(1);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String topic;
    private final InstantSource clock;
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private int turn;

    OutputLook(KafkaConsumer<byte[], byte[]> consumer, String topic, InstantSource clock) {
        this.consumer = consumer;
        this.topic = topic;
        this.clock = clock;
    }

    /** Looks once; says whether there is more to read at once. */
    boolean look(Set<OutputCursor> cursors) {
        Map<TopicPartition, List<OutputCursor>> readers = byPartition(List.copyOf(cursors));
        if (!consumer.assignment().equals(readers.keySet())) {
            consumer.assign(readers.keySet());
            positions.keySet().retainAll(readers.keySet());
        }
        if (readers.isEmpty()) {
            return false;
        }
        Map<TopicPartition, Long> ends = consumer.endOffsets(readers.keySet());
        readers.forEach((partition, here) -> here.forEach(cursor -> prepare(cursor, partition, end(ends, partition))));
        Map<TopicPartition, OutputCursor> chosen = new HashMap<>();
        readers.forEach((partition, here) -> {
            OutputCursor next = chosen(here, end(ends, partition));
            if (next != null) {
                chosen.put(partition, next);
            }
        });
        turn++;
        if (!chosen.isEmpty()) {
            read(chosen, readers);
        }
        return !chosen.isEmpty();
    }

    private Map<TopicPartition, List<OutputCursor>> byPartition(Collection<OutputCursor> cursors) {
        if (cursors.isEmpty()) {
            return Map.of();
        }
        int partitions = consumer.partitionsFor(topic).size();
        Map<TopicPartition, List<OutputCursor>> readers = new HashMap<>();
        for (OutputCursor cursor : cursors) {
            byte[] key = cursor.runId().getBytes(StandardCharsets.ISO_8859_1);
            int partition = Utils.toPositive(Utils.murmur2(key)) % partitions;
            cursor.isOn(partition);
            readers.computeIfAbsent(new TopicPartition(topic, partition), first -> new ArrayList<>())
                    .add(cursor);
        }
        return readers;
    }

    private static long end(Map<TopicPartition, Long> ends, TopicPartition partition) {
        return ends.getOrDefault(partition, 0L);
    }

    private void prepare(OutputCursor cursor, TopicPartition partition, long end) {
        if (!cursor.isPlaced()) {
            cursor.place(
                    switch (cursor.start()) {
                        // Beyond the end is only what was on another topic of this name.
                        case AtOffset(long offset) -> Math.min(offset, end);
                        case AtTime(Instant time) -> firstSince(time, partition, end);
                        case AtEnd() -> end;
                    });
        }
        OutputMark mark = cursor.mark();
        if (mark != null) {
            long from = mark.from() == null ? 0 : firstSince(mark.from(), partition, end);
            boolean settled = mark.until().plus(SETTLED).isBefore(clock.instant());
            cursor.resolve(mark, from, settled ? firstSince(mark.until(), partition, end) : end);
        }
    }

    private long firstSince(Instant time, TopicPartition partition, long end) {
        OffsetAndTimestamp first = consumer.offsetsForTimes(Map.of(partition, Math.max(0, time.toEpochMilli())))
                .get(partition);
        return first == null ? end : first.offset();
    }

    private @Nullable OutputCursor chosen(List<OutputCursor> readers, long end) {
        List<OutputCursor> behind =
                readers.stream().filter(reader -> reader.wantsBefore(end)).toList();
        return behind.isEmpty() ? null : behind.get(Math.floorMod(turn, behind.size()));
    }

    private void read(Map<TopicPartition, OutputCursor> chosen, Map<TopicPartition, List<OutputCursor>> readers) {
        consumer.pause(consumer.assignment());
        consumer.resume(chosen.keySet());
        Map<TopicPartition, Long> from = new HashMap<>();
        chosen.forEach((partition, cursor) -> {
            long position = cursor.position();
            if (!Long.valueOf(position).equals(positions.get(partition))) {
                consumer.seek(partition, position);
            }
            from.put(partition, position);
        });
        ConsumerRecords<byte[], byte[]> records = consumer.poll(LONGEST_POLL);
        for (TopicPartition partition : chosen.keySet()) {
            long to = consumer.position(partition);
            positions.put(partition, to);
            Map<String, List<ConsumerRecord<byte[], byte[]>>> byRun = byRun(records.records(partition));
            long begin = from.getOrDefault(partition, to);
            for (OutputCursor reader : readers.getOrDefault(partition, List.of())) {
                reader.take(begin, to, byRun.getOrDefault(reader.runId(), List.of()));
            }
        }
    }

    private static Map<String, List<ConsumerRecord<byte[], byte[]>>> byRun(
            List<ConsumerRecord<byte[], byte[]>> records) {
        Map<String, List<ConsumerRecord<byte[], byte[]>>> byRun = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.key() != null && record.value() != null) {
                byRun.computeIfAbsent(new String(record.key(), StandardCharsets.ISO_8859_1), first -> new ArrayList<>())
                        .add(record);
            }
        }
        return byRun;
    }
}
