package dev.postroad.runtime.publish;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the producers of a worker. */
public final class Producers {
    /** The most bytes of events that wait for Kafka in memory; beyond, publishing falls back to the journal. */
    static final long MAX_OUTSTANDING_BYTES = 24L << 20;

    /** The largest value of an event that goes out whole, in bytes; the rest of 1 MiB is for key and headers. */
    static final int MAX_VALUE_BYTES = (1 << 20) - 4096;

    /** As much as the topic of dead letters takes where the worker accepts the largest values that it may be set to. */
    private static final int MAX_REQUEST_BYTES = 65 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Producers.class);
    private static final int GIVEN_UP_AFTER_MILLIS = 120_000;
    private static final int ANSWERED_WITHIN_MILLIS = 10_000;
    private static final int LARGE_ANSWERED_WITHIN_MILLIS = 30_000;
    private static final int MOST_INTRODUCTIONS = 200;
    private static final int INTRODUCTION_MILLIS = 10;

    private Producers() {}

    /**
     * The producer of events: idempotent, so that nothing is reordered. What it gives up is sent again by whoever sent it.
     */
    public static KafkaProducer<String, byte[]> forEvents(Map<String, String> kafka) {
        return new KafkaProducer<>(published(kafka));
    }

    /** The producer of what others wrote and may be large: dead letters, and answers that go to another shard. */
    public static KafkaProducer<String, byte[]> forLarge(Map<String, String> kafka) {
        Map<String, Object> config = published(kafka);
        answerLate(config, kafka);
        return new KafkaProducer<>(config);
    }

    /** The choices are measured: together the first three settings give 1.4 times the rate. */
    private static Map<String, Object> published(Map<String, String> kafka) {
        Map<String, Object> config = reliable(kafka);
        config.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        config.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, 128 << 10);
        config.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, 20);
        config.putIfAbsent(ProducerConfig.BUFFER_MEMORY_CONFIG, 64L << 20);
        // Where a broker took the second batch of a partition and not the first, the first is out of order for as long
        // as it is tried; what is given up gets a new sequence.
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, GIVEN_UP_AFTER_MILLIS);
        // A lane must not stand still because Kafka does: what it refuses is read back from the journal.
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 0);
        config.putIfAbsent(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES);
        return config;
    }

    /** A record of megabytes takes a slow line longer than the 10 seconds that others have, however often it is tried. */
    private static void answerLate(Map<String, Object> config, Map<String, String> kafka) {
        if (!kafka.containsKey(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG)) {
            config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, LARGE_ANSWERED_WITHIN_MILLIS);
        }
    }

    /** The producer of output chunks: it would rather drop one than hold up a run. */
    public static KafkaProducer<String, byte[]> forOutput(Map<String, String> kafka) {
        Map<String, Object> config = reliable(kafka);
        config.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, 5);
        // Whoever reads the output of one run finds its partition as Kafka's own partitioner does.
        config.remove(ProducerConfig.PARTITIONER_CLASS_CONFIG);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 16L << 20);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 40_000);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 0);
        return new KafkaProducer<>(config);
    }

    /** The producer of tasks for remote agents: whoever sends one waits for it, on a thread of its own. */
    public static KafkaProducer<String, byte[]> forTasks(Map<String, String> kafka) {
        Map<String, Object> config = reliable(kafka);
        // What clients of all languages can unpack without a library beside them.
        config.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "gzip");
        config.putIfAbsent(ProducerConfig.COMPRESSION_GZIP_LEVEL_CONFIG, 1);
        config.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, 5);
        config.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, 64 << 10);
        // Agents of all languages find the partition of a run as Kafka's own partitioner does.
        config.remove(ProducerConfig.PARTITIONER_CLASS_CONFIG);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 32L << 20);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 40_000);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
        return new KafkaProducer<>(config);
    }

    /** The producer of archived runs, which are packed already: whoever sends one waits for it. */
    public static KafkaProducer<String, byte[]> forArchive(Map<String, String> kafka) {
        Map<String, Object> config = reliable(kafka);
        answerLate(config, kafka);
        config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 8L << 20);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 40_000);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
        return new KafkaProducer<>(config);
    }

    /** Lets a producer that waits for nothing know its topic, so that it takes the very first record. */
    public static void introduce(KafkaProducer<?, ?> producer, String topic) {
        for (int i = 0; i < MOST_INTRODUCTIONS; i++) {
            try {
                producer.partitionsFor(topic);
                return;
            } catch (TimeoutException notYetKnown) {
                pause();
            }
        }
        LOG.warn(
                "Kafka does not tell of topic {} yet; what is sent to it at first may be refused, and come late",
                topic);
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(INTRODUCTION_MILLIS);
        } catch (InterruptedException interrupted) {
            // It sets the thread's flag again.
            throw new InterruptException(interrupted);
        }
    }

    private static Map<String, Object> reliable(Map<String, String> kafka) {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        // A broker that was killed knows nothing of a producer, and takes its second batch where it did not lead the
        // partition yet when the first came: nothing is sent before what was sent is acknowledged.
        config.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        // Where a network forgot the connection, all wait that long before they are sent by a new one. What a
        // slow broker has taken meanwhile counts once: a batch that comes again has the number that it had.
        config.putIfAbsent(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWERED_WITHIN_MILLIS);
        // Else the first record after five quiet minutes would have to wait for what is known of its topic.
        config.put(ProducerConfig.METADATA_MAX_IDLE_CONFIG, Duration.ofDays(365).toMillis());
        config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
        // Run ids are ASCII, and any bytes that a dead letter had for a key come out as they came in.
        config.put("key.serializer.encoding", StandardCharsets.ISO_8859_1.name());
        config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        return config;
    }
}
