package dev.postroad.contracts.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the partitions of a run on, through outages of Kafka and after the topic has got more partitions.
 *
 * <p>Kafka's client tries for ever to reach a broker, and says nothing. So once a second Kafka is asked for the ends of
 * the partitions: the answer shows that it is there, and missing answers when to give up.
 *
 * <p>With more partitions, a run's key may go to another one. Its events there are later than those in the old one, so it
 * is read from where it ended when the watch was opened, and only when the old one is read to the end that it had when
 * the new one was found.
 *
 * <p>Confined to one thread at a time.
 */
final class FollowedPartitions implements AutoCloseable {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Consumer<byte[], byte[]> consumer;
    private final RunPartitions partitions;
    private final Contact contact;
    private Map<TopicPartition, Long> starts = Map.of();
    private @Nullable Addition addition;

    /**
     * Partitions that are to be read too.
     *
     * @param after what must have been read before, by the offsets of its end
     */
    private record Addition(List<TopicPartition> added, Map<TopicPartition, Long> after) {}

    private FollowedPartitions(Consumer<byte[], byte[]> consumer, RunPartitions partitions, Contact contact) {
        this.consumer = consumer;
        this.partitions = partitions;
        this.contact = contact;
    }

    /** Takes over the consumer, also to close it where this fails. */
    static FollowedPartitions open(
            Consumer<byte[], byte[]> consumer, RunPartitions partitions, StartOfWatch start, LongSupplier nanoTime) {
        var contact = new Contact(partitions.settings(), nanoTime);
        var followed = new FollowedPartitions(consumer, partitions, contact);
        try {
            followed.begin(start);
            return followed;
        } catch (KafkaException failed) {
            followed.close();
            throw partitions.failed(failed);
        } catch (PostroadClientException failed) {
            followed.close();
            throw failed;
        }
    }

    String runId() {
        return partitions.runId();
    }

    private void begin(StartOfWatch start) {
        List<TopicPartition> all = partitions.all(consumer);
        // Kafka's client warns when it is told an end of a partition that it does not read.
        consumer.assign(all);
        starts = Map.copyOf(start.offsets(consumer, all));
        read(partitions.of(all), partitions.of(all));
    }

    private void read(List<TopicPartition> these, List<TopicPartition> added) {
        consumer.assign(these);
        // A partition that was not there when the watch was opened has nothing that is too old.
        added.forEach(partition -> consumer.seek(partition, starts.getOrDefault(partition, 0L)));
    }

    /**
     * Waits for records.
     *
     * @throws PostroadClientException where Kafka refused, or was away for as long as the client's time limit
     */
    ConsumerRecords<byte[], byte[]> poll(Duration limit) {
        try {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(limit);
            if (!records.isEmpty()) {
                contact.made();
            }
            if (limit.isPositive() && contact.isDue()) {
                look();
            }
            readAdditionWhenDue();
            return records;
        } catch (RetriableException failed) {
            contact.missed(failed);
            return ConsumerRecords.empty();
        } catch (KafkaException failed) {
            throw partitions.failed(failed);
        }
    }

    /** Where the partitions that are read end now; empty where Kafka does not say. */
    Map<TopicPartition, Long> ends() {
        try {
            return consumer.endOffsets(consumer.assignment(), PATIENCE);
        } catch (RetriableException failed) {
            contact.missed(failed);
            return Map.of();
        } catch (KafkaException failed) {
            throw partitions.failed(failed);
        }
    }

    /** Whether everything before these offsets was given. */
    boolean hasReached(Map<TopicPartition, Long> offsets) {
        try {
            return offsets.entrySet().stream()
                    .noneMatch(end -> consumer.position(end.getKey(), PATIENCE) < end.getValue());
        } catch (RetriableException failed) {
            contact.missed(failed);
            return false;
        } catch (KafkaException failed) {
            throw partitions.failed(failed);
        }
    }

    private void look() {
        contact.asks();
        try {
            Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment(), PATIENCE);
            contact.made();
            if (addition == null) {
                List<TopicPartition> added = partitions.of(partitions.all(consumer)).stream()
                        .filter(partition -> !ends.containsKey(partition))
                        .toList();
                addition = added.isEmpty() ? null : new Addition(added, ends);
            }
        } catch (RetriableException failed) {
            contact.missed(failed);
        }
    }

    private void readAdditionWhenDue() {
        Addition due = addition;
        if (due == null
                || due.after().entrySet().stream()
                        .anyMatch(end -> consumer.position(end.getKey(), PATIENCE) < end.getValue())) {
            return;
        }
        addition = null;
        read(Stream.concat(consumer.assignment().stream(), due.added().stream()).toList(), due.added());
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSE_LIMIT));
    }
}
