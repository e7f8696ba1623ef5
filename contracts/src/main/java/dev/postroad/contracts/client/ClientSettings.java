package dev.postroad.contracts.client;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The user's Kafka properties, and over them those that the client's promises rest on.
 *
 * @param given with {@code bootstrap.servers}
 * @param timeLimit how long Kafka has for one request of the client, 1 ms to 1 day
 */
record ClientSettings(Map<String, Object> given, Duration timeLimit) {
    private static final int LONGEST_REQUEST_MILLIS = 30_000;
    private static final int METADATA_MAX_AGE_MILLIS = 30_000;

    ClientSettings {
        given = Map.copyOf(given);
        Object servers = given.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
        if (servers == null || servers.toString().isBlank()) {
            throw new PostroadClientException("bootstrap.servers is missing; give the addresses of Kafka");
        }
        if (timeLimit.toMillis() < 1 || timeLimit.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("the time limit is " + timeLimit + "; use 1 ms to 1 day");
        }
    }

    /** The addresses of Kafka, for messages. */
    String servers() {
        return String.valueOf(given.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG));
    }

    /** Whether keys go to partitions in a way of the user's own. */
    boolean hasOwnPartitioner() {
        return given.containsKey(ProducerConfig.PARTITIONER_CLASS_CONFIG);
    }

    Map<String, Object> producer() {
        int limit = Math.toIntExact(timeLimit.toMillis());
        Map<String, Object> all = new HashMap<>(given);
        all.put(ProducerConfig.ACKS_CONFIG, "all");
        all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        all.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        all.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        // Each caller waits for its own acknowledgement, so that waiting for company is all loss.
        all.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, limit);
        all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, limit);
        all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.min(limit, LONGEST_REQUEST_MILLIS));
        return all;
    }

    Map<String, Object> consumer() {
        int limit = Math.toIntExact(timeLimit.toMillis());
        Map<String, Object> all = new HashMap<>(given);
        all.remove(ConsumerConfig.GROUP_ID_CONFIG);
        all.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        // Within this time a watch learns that the topic has more partitions.
        all.putIfAbsent(ConsumerConfig.METADATA_MAX_AGE_CONFIG, METADATA_MAX_AGE_MILLIS);
        // Only where retention has removed what the watch wanted to begin with.
        all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        all.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        all.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        all.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, limit);
        all.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.min(limit, LONGEST_REQUEST_MILLIS));
        return all;
    }
}
