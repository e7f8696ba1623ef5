package dev.postroad.runtime.reading;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Opens consumers of one kind, one after the other. Immutable. */
public final class Consumers {
    /** Partitions that are added are read within seconds. */
    private static final int METADATA_MAX_AGE_MILLIS = 5_000;

    private final Map<String, Object> config;
    private final Function<Consumer<byte[], byte[]>, Runnable> measured;

    /**
     * @param kafka the user's properties, which say what is not said here
     * @param more what the consumers need, whatever the user's properties say
     * @param measured has a consumer measured until what it gives is run
     */
    public Consumers(
            Map<String, String> kafka,
            Map<String, Object> more,
            Function<Consumer<byte[], byte[]>, Runnable> measured) {
        config = new HashMap<>(kafka);
        config.putIfAbsent(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.putIfAbsent(ConsumerConfig.METADATA_MAX_AGE_CONFIG, METADATA_MAX_AGE_MILLIS);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        config.putAll(more);
        this.measured = measured;
    }

    Opened open(MetadataUpdates updates) {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), updates);
        return new Opened(consumer, measured.apply(consumer));
    }

    /** A consumer, and what ends its being measured. */
    record Opened(Consumer<byte[], byte[]> consumer, Runnable measured) implements AutoCloseable {
        @Override
        public void close() {
            try {
                consumer.close();
            } finally {
                measured.run();
            }
        }
    }
}
