package dev.postroad.contracts.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.utils.Utils;

/**
 * The events of one run as they are published, each once: an event of the journal is given only if its {@code seq} is
 * greater than the last one's; an event outside the journal is always given. Events of types that this version does
 * not know are passed over.
 *
 * <p>Reads the one partition to which Kafka's own partitioner sends the run's key, or all of them where the properties
 * name a partitioner. A partition that is added to the topic later is not read: open a new watch then.
 *
 * <p>Confined to one thread at a time.
 */
public final class RunWatch implements AutoCloseable {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

    private final Consumer<byte[], byte[]> consumer;
    private final String runId;
    private final byte[] key;
    private final String servers;
    private final LongSupplier nanoTime;
    private final Queue<ConsumerRecord<byte[], byte[]>> fetched = new ArrayDeque<>();
    private int lastSeq;

    RunWatch(Consumer<byte[], byte[]> consumer, String runId, String servers, LongSupplier nanoTime) {
        this.consumer = consumer;
        this.runId = runId;
        this.key = runId.getBytes(StandardCharsets.UTF_8);
        this.servers = servers;
        this.nanoTime = nanoTime;
    }

    /** Takes over the consumer, also to close it where this fails. */
    static RunWatch open(
            Consumer<byte[], byte[]> consumer,
            String runId,
            String topic,
            StartOfWatch start,
            ClientSettings settings) {
        var watch = new RunWatch(consumer, runId, settings.servers(), System::nanoTime);
        try {
            List<TopicPartition> partitions = partitions(consumer, runId, topic, settings);
            consumer.assign(partitions);
            start.offsets(consumer, partitions).forEach(consumer::seek);
            return watch;
        } catch (KafkaException failed) {
            watch.close();
            throw watch.failed(failed);
        } catch (PostroadClientException failed) {
            watch.close();
            throw failed;
        }
    }

    private static List<TopicPartition> partitions(
            Consumer<?, ?> consumer, String runId, String topic, ClientSettings settings) {
        int count = consumer.partitionsFor(topic).size();
        if (count == 0) {
            throw PostroadClient.noTopic(settings, topic, new UnknownTopicOrPartitionException(topic));
        }
        if (settings.hasOwnPartitioner()) {
            return IntStream.range(0, count)
                    .mapToObj(partition -> new TopicPartition(topic, partition))
                    .toList();
        }
        return List.of(new TopicPartition(topic, partitionOf(runId, count)));
    }

    /** Where Kafka's own partitioner sends a key. */
    static int partitionOf(String key, int partitions) {
        return Utils.toPositive(Utils.murmur2(key.getBytes(StandardCharsets.UTF_8))) % partitions;
    }

    /**
     * Waits for the next event.
     *
     * @param limit the longest wait; where it is over or zero, what Kafka's client has at hand is still taken
     * @return empty where none came in time
     * @throws PostroadClientException where Kafka refused, or an event of this run cannot be read
     */
    public Optional<RunEvent> poll(Duration limit) {
        long begun = nanoTime.getAsLong();
        Duration left = limit;
        do {
            Optional<RunEvent> next = nextFetched();
            if (next.isPresent()) {
                return next;
            }
            fetch(left);
            left = limit.minusNanos(nanoTime.getAsLong() - begun);
        } while (left.isPositive());
        return nextFetched();
    }

    private void fetch(Duration limit) {
        try {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(limit.isNegative() ? Duration.ZERO : limit)) {
                if (Arrays.equals(record.key(), key) && record.value() != null) {
                    fetched.add(record);
                }
            }
        } catch (KafkaException failed) {
            throw failed(failed);
        }
    }

    private Optional<RunEvent> nextFetched() {
        while (!fetched.isEmpty()) {
            Optional<RunEvent> event = event(fetched.remove());
            if (event.isPresent()) {
                return event;
            }
        }
        return Optional.empty();
    }

    private Optional<RunEvent> event(ConsumerRecord<byte[], byte[]> record) {
        RunEvent event;
        try {
            JsonNode json = Json.readOwn(record.value());
            if (json.path("type").isTextual()
                    && !EventType.isKnown(json.path("type").textValue())) {
                return Optional.empty();
            }
            event = RunEvent.read(json);
        } catch (FaultsException unreadable) {
            String place = record.topic() + " partition " + record.partition() + " offset " + record.offset();
            throw new PostroadClientException(
                    "an event of run " + runId + " at " + place + " cannot be read", unreadable);
        }
        if (event.seq() == 0) {
            return Optional.of(event);
        }
        if (event.seq() <= lastSeq) {
            return Optional.empty();
        }
        lastSeq = event.seq();
        return Optional.of(event);
    }

    private PostroadClientException failed(KafkaException failed) {
        return new PostroadClientException(
                "run " + runId + " cannot be followed by Kafka at " + servers + ": " + failed.getMessage(), failed);
    }

    /** Ends the watch. */
    @Override
    public void close() {
        fetched.clear();
        consumer.close(CloseOptions.timeout(CLOSE_LIMIT));
    }
}
