package dev.postroad.bench;

import dev.postroad.contracts.message.EventHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** When the events of one type are there for subscribers, by run. Reads on a thread of its own. */
final class EventTail implements AutoCloseable {
    private static final Duration BEAT = Duration.ofMillis(100);

    private final Map<String, Long> arrivals = new ConcurrentHashMap<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final byte[] type;
    private final Thread thread;
    private volatile boolean over;

    EventTail(String kafka, String topic, String type) {
        this.type = ("dev.postroad." + type).getBytes(StandardCharsets.UTF_8);
        thread = Thread.ofPlatform().name("event-tail").start(() -> read(kafka, topic));
        try {
            begun.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private void read(String kafka, String topic) {
        Map<String, Object> config = Map.of("bootstrap.servers", kafka);
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.endOffsets(partitions).forEach(consumer::seek);
            begun.countDown();
            while (!over) {
                consumer.poll(BEAT).forEach(record -> {
                    Header found = record.headers().lastHeader(EventHeaders.TYPE);
                    if (found != null && Arrays.equals(found.value(), type)) {
                        arrivals.putIfAbsent(record.key(), System.nanoTime());
                    }
                });
            }
        }
    }

    /** Whether a run has had the event. */
    boolean has(String runId) {
        return arrivals.containsKey(runId);
    }

    /** How many runs have had the event. */
    int runs() {
        return arrivals.size();
    }

    /** The time of {@link System#nanoTime} at which a run's event came first. */
    long arrivedAt(String runId) {
        return Objects.requireNonNull(arrivals.get(runId), runId);
    }

    @Override
    public void close() {
        over = true;
        Ends.await(thread);
    }
}
