package dev.postroad.bench.fuzz;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is committed on some topics, from their beginning, on a thread of its own, in portions: a fetch for each of
 * thousands of records would take more of the processors than what is measured.
 */
final class Follower implements AutoCloseable {
    private static final Duration BEAT = Duration.ofMillis(50);
    private static final int LEAST_BYTES = 1 << 20;

    private final Map<String, Object> config;
    private final List<String> topics;
    private final Consumer<ConsumerRecord<byte[], byte[]>> taker;
    private final Thread thread;
    private final AtomicLong asked = new AtomicLong();
    private volatile long answered;
    private volatile boolean isAtEnd;
    private volatile boolean over;
    private volatile @Nullable RuntimeException failure;

    /**
     * @param portion how long it waits for more to read at once
     * @param taker is given each record, on the thread of the follower
     */
    Follower(String kafka, List<String> topics, Duration portion, Consumer<ConsumerRecord<byte[], byte[]>> taker) {
        this.config = Map.of(
                "bootstrap.servers",
                kafka,
                "isolation.level",
                "read_committed",
                "fetch.min.bytes",
                LEAST_BYTES,
                "fetch.max.wait.ms",
                Math.toIntExact(portion.toMillis()));
        this.topics = topics;
        this.taker = taker;
        this.thread =
                Thread.ofPlatform().name("follower-of-" + topics.getFirst()).start(this::follow);
    }

    private void follow() {
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = topics.stream()
                    .flatMap(topic -> consumer.partitionsFor(topic).stream())
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (!over) {
                consumer.poll(BEAT).forEach(taker);
                answer(consumer, partitions);
            }
        } catch (RuntimeException failed) {
            failure = failed;
        }
    }

    private void answer(KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
        long question = asked.get();
        if (question > answered) {
            isAtEnd = consumer.endOffsets(partitions).entrySet().stream()
                    .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
            answered = question;
        }
    }

    /** Has it look whether it has read all that is there by now, unless it is about to. */
    void look() {
        long before = answered;
        asked.compareAndSet(before, before + 1);
    }

    /** Whether it had, at the last {@link #look}; false too until it has looked. */
    boolean hasReadAll() {
        return answered > 0 && answered == asked.get() && isAtEnd;
    }

    /** Why it reads no more; null as long as it does. */
    @Nullable
    RuntimeException failure() {
        return failure;
    }

    @Override
    public void close() {
        over = true;
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
