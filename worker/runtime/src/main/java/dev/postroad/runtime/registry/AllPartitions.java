package dev.postroad.runtime.registry;

import dev.postroad.runtime.reading.Assignment;
import dev.postroad.runtime.reading.Pages;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
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
    private static final Duration BETWEEN_ASKS = Duration.ofMillis(150);
    private static final int MOST_AWAITED = 16;

    private final String topic;
    private final java.util.function.Consumer<Instant> known;
    private final InstantSource clock;
    private final Deque<Ends> awaited = new ArrayDeque<>();
    private Ends newest = Ends.NONE;
    private @Nullable Pages pages;

    /** Up to where partitions went when they were asked at a time. */
    private record Ends(Instant asked, Map<TopicPartition, Long> offsets) {
        static final Ends NONE = new Ends(Instant.EPOCH, Map.of());
    }

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
            awaited.clear();
        }
        Instant now = clock.instant();
        if (wanted.isEmpty()) {
            newest = Ends.NONE;
        } else if (!newest.offsets().keySet().equals(wanted) || isTimeToAsk(now)) {
            newest = new Ends(now, consumer.endOffsets(wanted, LIMIT));
        }
    }

    /** A clock that was set back, by however much, holds nothing up. */
    private boolean isTimeToAsk(Instant now) {
        return Duration.between(newest.asked(), now).abs().compareTo(BETWEEN_ASKS) >= 0;
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
        if (isKnown(consumer, newest)) {
            known.accept(newest.asked());
            awaited.clear();
            return;
        }
        // Where records keep coming, the newest end is never reached, but each end is.
        while (!awaited.isEmpty() && isKnown(consumer, awaited.getFirst())) {
            known.accept(awaited.removeFirst().asked());
        }
        if (awaited.size() < MOST_AWAITED && !newest.offsets().isEmpty() && !newest.equals(awaited.peekLast())) {
            awaited.addLast(newest);
        }
    }

    private boolean isKnown(Consumer<byte[], byte[]> consumer, Ends ends) {
        return pages != null
                && !ends.offsets().isEmpty()
                && ends.offsets().entrySet().stream().allMatch(end -> isKnown(consumer, end.getKey(), end.getValue()));
    }

    private boolean isKnown(Consumer<byte[], byte[]> consumer, TopicPartition partition, long end) {
        return consumer.position(partition, LIMIT) >= end
                && Objects.requireNonNull(pages).isHandedOver(partition, end);
    }
}
