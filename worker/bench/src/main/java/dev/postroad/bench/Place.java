package dev.postroad.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.definition.PriceDefinition;
import dev.postroad.contracts.definition.ScheduleDefinition;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Topics;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.provisioning.Provisioning;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** A database and topics of their own, seen as any user sees them. */
public final class Place implements AutoCloseable {
    private final String name;
    private final Addresses servers;
    private final String postgresUrl;
    private final Topics topics;
    private final Jdbi sql;
    private final PostroadClient client;
    private final KafkaProducer<String, byte[]> producer;
    private final AtomicReference<@Nullable Exception> notSent = new AtomicReference<>();

    /** Makes a database and topics. */
    public Place(Ground ground, String name) throws FaultsException {
        this(ground.addresses(), name);
    }

    /** Makes a database and topics. */
    public Place(Addresses servers, String name) throws FaultsException {
        this.name = name;
        this.servers = servers;
        topics = new Topics(name + ".");
        Jdbi.create(servers.postgresUrl(), servers.postgresUser(), "")
                .useHandle(handle -> handle.execute("CREATE DATABASE " + name));
        postgresUrl = servers.postgresUrl().replaceFirst("/postroad$", "/" + name);
        Provisioning.migrate(WorkerSettings.read(environment(Map.of())));
        sql = Jdbi.create(postgresUrl, servers.postgresUser(), "");
        client = new PostroadClient(Map.of("bootstrap.servers", servers.kafka()), topics);
        Properties properties = new Properties();
        properties.put("bootstrap.servers", servers.kafka());
        properties.put("linger.ms", "5");
        properties.put("batch.size", "65536");
        // Servers may be struck, and start again on a machine that has much else to do.
        properties.put("max.block.ms", "600000");
        properties.put("delivery.timeout.ms", "600000");
        producer = new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer());
    }

    /** The environment of a worker here. */
    public Map<String, String> environment(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(Map.of(
                "POSTROAD_KAFKA_BOOTSTRAP_SERVERS", servers.kafka(),
                "POSTROAD_POSTGRES_URL", postgresUrl,
                "POSTROAD_POSTGRES_USER", servers.postgresUser(),
                "POSTROAD_TOPIC_PREFIX", topics.prefix(),
                "POSTROAD_GROUP", name,
                "POSTROAD_HTTP_PORT", "0",
                "POSTROAD_LANES", System.getProperty("postroad.bench.lanes", "2")));
        all.putAll(more);
        return all;
    }

    /** The JDBC address of its database. */
    public String postgresUrl() {
        return postgresUrl;
    }

    /** Where its servers are. */
    public Addresses servers() {
        return servers;
    }

    /** The names of its topics. */
    public Topics topics() {
        return topics;
    }

    /** Its database. */
    public Jdbi sql() {
        return sql;
    }

    /** The one number that a query gives. */
    public long count(String query, Object... arguments) {
        return sql.withHandle(
                handle -> handle.select(query, arguments).mapTo(Long.class).one());
    }

    /** Follows the events of one type, from now on. */
    EventTail tail(String type) {
        return new EventTail(servers.kafka(), topics.events(), type);
    }

    /** How many records the events topic holds. */
    long events() {
        return records(topics.events());
    }

    /** How many records a topic holds. */
    long records(String topic) {
        Map<String, Object> config = Map.of("bootstrap.servers", servers.kafka());
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            return consumer
                    .endOffsets(consumer.partitionsFor(topic).stream()
                            .map(partition -> new TopicPartition(topic, partition.partition()))
                            .toList())
                    .values()
                    .stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    /** Publishes definitions, and waits until a worker has them. */
    public void publish(String yaml) throws FaultsException, InterruptedException {
        for (Definition definition : Definitions.readAll(yaml)) {
            client.apply(definition);
            String table = switch (definition) {
                case GraphDefinition _ -> "graphs";
                case AgentDefinition _ -> "agents";
                case ScheduleDefinition _ -> "schedules";
                case PriceDefinition _ -> "prices";
            };
            Ground.await(
                    () -> count("SELECT count(*) FROM postroad." + table + " WHERE name = ?", definition.name()) > 0);
        }
    }

    /** Withdraws a definition, by its key in the registry. */
    void withdraw(String key) {
        client.remove(key);
    }

    /** Triggers a run, some time soon. */
    public void trigger(String graph, String runId) {
        trigger(graph, runId, JsonNodeFactory.instance.objectNode());
    }

    /** Triggers a run with an input, some time soon. */
    public void trigger(String graph, String runId, ObjectNode input) {
        send(topics.triggers(), runId, Trigger.of(graph, null, input).toJson());
    }

    /** Sends a message, some time soon. */
    public void send(String topic, String key, JsonNode message) {
        var _ = producer.send(new ProducerRecord<>(topic, key, Json.bytes(message)), (sent, failure) -> {
            if (failure != null) {
                notSent.compareAndSet(null, failure);
            }
        });
    }

    /**
     * Sends at once what is to be sent, and waits until Kafka has it.
     *
     * @throws IllegalStateException where Kafka did not take one of all messages so far
     */
    public void flush() {
        producer.flush();
        Exception failure = notSent.get();
        if (failure != null) {
            throw new IllegalStateException("Kafka did not take a message", failure);
        }
    }

    @Override
    public void close() {
        producer.close();
        client.close();
    }
}
