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

/** Reads what is committed on some topics, from their beginning, on a thread of its own. */
final class Follower implements AutoCloseable {
    private static final Duration BEAT = Duration.ofMillis(50);
    private static final long LOOK_NANOS = 500_000_000;

    private final Map<String, Object> config;
    private final List<String> topics;
    private final Consumer<ConsumerRecord<byte[], byte[]>> taker;
    private final Thread thread;
    private volatile long behind = Long.MAX_VALUE;
    private final AtomicLong looks = new AtomicLong();
    private volatile boolean over;
    private volatile @Nullable RuntimeException failure;

    /** @param taker is given each record, on the thread of the follower */
    Follower(String kafka, List<String> topics, Consumer<ConsumerRecord<byte[], byte[]>> taker) {
        this.config = Map.of("bootstrap.servers", kafka, "isolation.level", "read_committed");
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
            long lookedAt = System.nanoTime();
            while (!over) {
                consumer.poll(BEAT).forEach(taker);
                if (System.nanoTime() - lookedAt > LOOK_NANOS) {
                    lookedAt = System.nanoTime();
                    look(consumer, partitions);
                }
            }
        } catch (RuntimeException failed) {
            failure = failed;
        }
    }

    private void look(KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
        behind = consumer.endOffsets(partitions).entrySet().stream()
                .mapToLong(end -> Math.max(0, end.getValue() - consumer.position(end.getKey())))
                .sum();
        looks.incrementAndGet();
    }

    /** Whether it has read all that was there by now; false too where it has not looked since. */
    boolean hasReadAll(long sinceLook) {
        return looks.get() > sinceLook + 1 && behind == 0;
    }

    /** How often it has looked how far behind it is. */
    long looks() {
        return looks.get();
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
