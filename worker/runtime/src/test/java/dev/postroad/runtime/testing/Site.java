package dev.postroad.runtime.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.Topics;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.embedded.EmbeddedServers;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.provisioning.Provisioning;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** A database and topics of its own on the shared servers, with workers as the test asks for them. */
@NullMarked
public final class Site implements AutoCloseable {
    /** How long a test waits for anything. */
    public static final Duration LIMIT = Duration.ofSeconds(60);

    private final EmbeddedServers servers = Servers.get();
    private final String name = "t" + UUID.randomUUID().toString().substring(0, 8);
    private final Topics topics = new Topics(name + ".");
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final PostroadClient client;
    private final KafkaProducer<byte[], byte[]> producer;

    private Site() {
        execute(servers.postgresUrl(), "CREATE DATABASE " + name);
        Provisioning.migrate(settings(Map.of()));
        client = new PostroadClient(Map.of("bootstrap.servers", servers.kafkaBootstrapServers()), topics);
        Properties properties = new Properties();
        properties.put("bootstrap.servers", servers.kafkaBootstrapServers());
        producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** A new site without workers. */
    public static Site open() {
        return new Site();
    }

    /** Settings for a worker of this site. */
    public WorkerSettings settings(Map<String, String> more) {
        try {
            return WorkerSettings.read(environment(more));
        } catch (FaultsException faults) {
            throw new IllegalArgumentException(faults);
        }
    }

    /** The environment of a worker of this site. */
    public Map<String, String> environment(Map<String, String> more) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("POSTROAD_KAFKA_BOOTSTRAP_SERVERS", servers.kafkaBootstrapServers());
        environment.put("POSTROAD_POSTGRES_URL", postgresUrl());
        environment.put("POSTROAD_POSTGRES_USER", servers.postgresUser());
        environment.put("POSTROAD_TOPIC_PREFIX", topics.prefix());
        environment.put("POSTROAD_PARTITIONS", "4");
        environment.put("POSTROAD_HTTP_PORT", "0");
        environment.putAll(more);
        return environment;
    }

    /** The names of this site's topics. */
    public Topics topics() {
        return topics;
    }

    /** The JDBC address of this site's database. */
    public String postgresUrl() {
        return servers.postgresUrl().replaceFirst("/postroad$", "/" + name);
    }

    /** Starts a worker in this process and waits until it is ready. */
    public Worker worker(Map<String, String> more) {
        Worker worker = Worker.start(settings(more));
        open.push(worker);
        await("a worker is ready", worker::isReady);
        return worker;
    }

    /** Starts a worker with the defaults. */
    public Worker worker() {
        return worker(Map.of());
    }

    /** The client that users have. */
    public PostroadClient client() {
        return client;
    }

    /** Publishes definitions. */
    public void apply(String yaml) {
        try {
            for (Definition definition : Definitions.readAll(yaml)) {
                client.apply(definition);
            }
        } catch (FaultsException faults) {
            throw new IllegalArgumentException(faults);
        }
    }

    /** Triggers a run. */
    public void trigger(String graph, String runId, String input) {
        client.trigger(Trigger.of(graph, runId, (ObjectNode) json(input)));
    }

    /** Sends a control message. */
    public void control(String runId, Control.Action action) {
        client.control(new Control(runId, null, action));
    }

    /** Sends a record as any stranger may. */
    public void send(String topic, byte @Nullable [] key, byte @Nullable [] value) {
        try {
            producer.send(new ProducerRecord<>(topic, key, value)).get();
        } catch (InterruptedException | ExecutionException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** What is stored about runs. */
    public RunHistory history() {
        var source = new org.postgresql.ds.PGSimpleDataSource();
        source.setUrl(postgresUrl());
        source.setUser(servers.postgresUser());
        return new RunHistory(source);
    }

    /** Plain SQL on this site's database. */
    public Jdbi sql() {
        return Jdbi.create(postgresUrl(), servers.postgresUser(), "");
    }

    /** Waits until a run's journal has an event, and gives the journal. */
    public List<RunEvent> journalWith(String runId, Predicate<RunEvent> event) {
        await("run " + runId + " has the event", () -> history().events(runId, 1).stream().anyMatch(event));
        return history().events(runId, 1);
    }

    /** All records of a topic, so far. */
    public List<ConsumerRecord<byte[], byte[]>> records(String topic) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", servers.kafkaBootstrapServers());
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            return records;
        }
    }

    /** Waits for a condition, with a limit. */
    public static void await(String what, java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await(what).atMost(LIMIT).pollInterval(Duration.ofMillis(20)).until(condition);
    }

    /** Reads JSON, with single quotes for double ones. */
    public static JsonNode json(String text) {
        try {
            return Json.read(text.replace('\'', '"'));
        } catch (FaultsException faults) {
            throw new IllegalArgumentException(faults);
        }
    }

    private static void execute(String url, String sql) {
        try (Connection connection = DriverManager.getConnection(url, "postroad", "");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception failed) {
                throw new IllegalStateException(failed);
            }
        }
        client.close();
        producer.close();
    }
}
