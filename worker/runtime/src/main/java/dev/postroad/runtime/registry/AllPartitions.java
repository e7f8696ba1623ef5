package dev.postroad.runtime.registry;

import dev.postroad.runtime.reading.Assignment;
import dev.postroad.runtime.reading.Pages;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * All partitions of a topic, from their beginning. What was written before a time is known once everything up to the
 * end that Kafka gave after it was handed over; what a transaction holds that has not ended, and what stands behind it,
 * is written when it ends.
 */
final class AllPartitions implements Assignment {
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final String topic;
    private final java.util.function.Consumer<Instant> known;
    private final InstantSource clock;
    private Instant asked = Instant.EPOCH;
    private Map<TopicPartition, Long> ends = Map.of();
    private @Nullable Pages pages;

    /** @param known told up to when everything is known */
    AllPartitions(String topic, java.util.function.Consumer<Instant> known, InstantSource clock) {
        this.topic = topic;
        this.known = known;
        this.clock = clock;
    }

    @Override
    public void begin(Consumer<byte[], byte[]> consumer, Pages told) {
        pages = told;
    }

    @Override
    public void follow(Consumer<byte[], byte[]> consumer, int partitions) {
        Set<TopicPartition> wanted = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .collect(Collectors.toSet());
        Set<TopicPartition> assigned = Set.copyOf(consumer.assignment());
        if (pages != null && !wanted.equals(assigned)) {
            Set<TopicPartition> come = new HashSet<>(wanted);
            come.removeAll(assigned);
            consumer.assign(wanted);
            pages.close(assigned.stream()
                    .filter(partition -> !wanted.contains(partition))
                    .toList());
            pages.open(come);
        }
        asked = clock.instant();
        ends = wanted.isEmpty() ? Map.of() : consumer.endOffsets(wanted, LIMIT);
    }

    @Override
    public Long turn(int partition) {
        return 0L;
    }

    @Override
    public boolean keepsPlace() {
        return false;
    }

    @Override
    public void turned(Consumer<byte[], byte[]> consumer) {
        boolean read = !ends.isEmpty()
                && ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey(), LIMIT) >= end.getValue());
        if (read && pages != null && pages.areHandedOver()) {
            known.accept(asked);
        }
    }
}
