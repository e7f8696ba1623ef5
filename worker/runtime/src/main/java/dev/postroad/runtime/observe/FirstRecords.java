package dev.postroad.runtime.observe;

import dev.postroad.runtime.reading.WithoutGroup;
import java.time.Duration;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Tells offsets that hold a record from those that hold none: markers of transactions, records of aborted ones, and what
 * was compacted away. Kafka counts all of them, but nobody can read them. Belongs to no group, and moves nobody's
 * offsets. Confined to one thread.
 */
final class FirstRecords implements AutoCloseable {
    private static final Duration BETWEEN = Duration.ofMillis(200);
    /** One record of each partition is asked for; a broker sends no less than a batch. */
    private static final int FEWEST_BYTES = 1;

    private final KafkaConsumer<byte[], byte[]> consumer;

    /** @param properties of a client of Kafka */
    FirstRecords(Map<String, String> properties) {
        Map<String, Object> config = WithoutGroup.properties(properties, ServerWatch.LIMIT);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FEWEST_BYTES);
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, (int) BETWEEN.toMillis());
        this.consumer = new KafkaConsumer<>(config);
    }

    /** Offsets from one to before another. */
    record Range(long from, long end) {}

    /**
     * Where the first record of each range is; where there is none, its end. What Kafka does not answer in time is left
     * out.
     */
    Map<TopicPartition, Long> find(Map<TopicPartition, Range> ranges) throws UnansweredException, InterruptedException {
        try {
            consumer.assign(ranges.keySet());
            ranges.forEach((partition, range) -> consumer.seek(partition, range.from()));
            Map<TopicPartition, Long> found = new HashMap<>();
            long most = ServerWatch.LIMIT.dividedBy(BETWEEN);
            for (long i = 0; i < most && found.size() < ranges.size(); i++) {
                lookOnce(ranges, found);
            }
            consumer.unsubscribe();
            return found;
        } catch (InterruptException stop) {
            // Kafka's client has set the thread's flag, which an InterruptedException stands for.
            Thread.interrupted();
            throw new InterruptedException();
        } catch (KafkaException refused) {
            throw new UnansweredException(refused);
        }
    }

    private void lookOnce(Map<TopicPartition, Range> ranges, Map<TopicPartition, Long> found) {
        consumer.poll(BETWEEN).forEach(record -> {
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            Range range = ranges.get(partition);
            if (range != null) {
                found.putIfAbsent(partition, Math.min(record.offset(), range.end()));
            }
        });
        Set<TopicPartition> open = new HashSet<>(ranges.keySet());
        open.removeAll(found.keySet());
        ranges.forEach((partition, range) -> {
            if (open.contains(partition) && consumer.position(partition) >= range.end()) {
                found.put(partition, range.end());
                open.remove(partition);
            }
        });
        consumer.assign(open);
    }

    @Override
    public void close() {
        try {
            consumer.close(CloseOptions.timeout(Duration.ZERO));
        } catch (ConcurrentModificationException stillAsking) {
            // A look that outlives the worker's patience ends with the process.
            consumer.wakeup();
        }
    }
}
