package dev.postroad.contracts.host;

import dev.postroad.contracts.message.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * How a host works.
 *
 * @param kafka properties of Kafka clients, with {@code bootstrap.servers}
 * @param topics the names of the topics
 * @param group the consumer group: hosts of one group share the tasks of an agent
 * @param parallelism the most tasks at once, 1 to 100,000
 * @param heartbeatEvery how often tasks under way are told of; a third of the shortest {@code heartbeat} of the agents
 * @param drain how long tasks under way have to end when the host is closed; 0 for none
 */
public record HostSettings(
        Map<String, Object> kafka,
        Topics topics,
        String group,
        int parallelism,
        Duration heartbeatEvery,
        Duration drain) {
    private static final int MOST_PARALLEL = 100_000;
    private static final int DEFAULT_PARALLELISM = 64;

    public HostSettings {
        kafka = Map.copyOf(kafka);
        if (!kafka.containsKey("bootstrap.servers")) {
            throw new IllegalArgumentException("bootstrap.servers is missing; give the addresses of Kafka");
        }
        if (parallelism < 1 || parallelism > MOST_PARALLEL) {
            throw new IllegalArgumentException("parallelism is " + parallelism + "; use 1 to " + MOST_PARALLEL);
        }
        if (!heartbeatEvery.isPositive() || drain.isNegative()) {
            throw new IllegalArgumentException("heartbeatEvery is " + heartbeatEvery + " and drain " + drain
                    + "; use more than nothing, and nothing or more");
        }
    }

    /** The defaults: 64 tasks at once, a heartbeat every 5 s, and 10 s to end. */
    public static HostSettings of(Map<String, Object> kafka, Topics topics) {
        return new HostSettings(
                kafka,
                topics,
                topics.prefix() + "agents",
                DEFAULT_PARALLELISM,
                Duration.ofSeconds(5),
                Duration.ofSeconds(10));
    }

    /** The same with another number of tasks at once. */
    public HostSettings withParallelism(int tasks) {
        return new HostSettings(kafka, topics, group, tasks, heartbeatEvery, drain);
    }

    /** The same with heartbeats at another pace. */
    public HostSettings withHeartbeatEvery(Duration pace) {
        return new HostSettings(kafka, topics, group, parallelism, pace, drain);
    }

    /** The same with another time for tasks to end. */
    public HostSettings withDrain(Duration time) {
        return new HostSettings(kafka, topics, group, parallelism, heartbeatEvery, time);
    }

    Map<String, Object> consumer() {
        Map<String, Object> all = new HashMap<>(kafka);
        all.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        all.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        all.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        // What was sent before the first host came is work all the same.
        all.putIfAbsent(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        // The topic of a new agent is seen within this time.
        all.putIfAbsent(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 5_000);
        return all;
    }

    Map<String, Object> producer() {
        Map<String, Object> all = new HashMap<>(kafka);
        all.put(ProducerConfig.ACKS_CONFIG, "all");
        all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        all.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        all.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        all.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, 2);
        // Workers find the partition of a run as Kafka's own partitioner does.
        all.remove(ProducerConfig.PARTITIONER_CLASS_CONFIG);
        return all;
    }
}
