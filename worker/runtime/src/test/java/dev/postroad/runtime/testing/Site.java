package dev.postroad.runtime.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.zaxxer.hikari.HikariDataSource;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.Topics;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.GraphCompiler;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.provisioning.Provisioning;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** A database and topics of its own on the shared servers, with workers as the test asks for them. */
@NullMarked
public final class Site implements AutoCloseable {
    /** How long a test waits for anything; a machine that is busy with others' work takes its time. */
    public static final Duration LIMIT = Duration.ofSeconds(150);

    /** Sites of this process that are not closed. */
    private static final AtomicInteger OPEN = new AtomicInteger();

    private static final int MAX_REQUEST_BYTES = 8 << 20;

    private final Servers servers = Servers.get();
    private final String name = "t" + UUID.randomUUID().toString().substring(0, 8);
    private final Topics topics = new Topics(name + ".");
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final PostroadClient client;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> reader;
    private final Map<String, TopicSoFar> read = new HashMap<>();
    private final HikariDataSource database;
    // One of each, as both remember what they have read of queries and graphs.
    private final Jdbi sql;
    private final RunHistory history;
    private final int partitions;
    private @Nullable Admin admin;

    private final String kafka;

    private Site(int partitions, String kafka) {
        OPEN.incrementAndGet();
        this.partitions = partitions;
        this.kafka = kafka;
        execute(servers.postgresUrl(), Servers.copyOfMigrated(name));
        Provisioning.checkTopics(settings(Map.of()));
        client = new PostroadClient(Map.of("bootstrap.servers", kafka), topics);
        Properties properties = new Properties();
        properties.put("bootstrap.servers", kafka);
        properties.put("max.request.size", MAX_REQUEST_BYTES);
        producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        reader = new KafkaConsumer<>(
                // Partitions may be added while a test reads, and a fetch that waits at the end holds up the next
                // reading.
                Map.of("bootstrap.servers", kafka, "metadata.max.age.ms", "200", "fetch.max.wait.ms", "10"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        database = new HikariDataSource();
        database.setJdbcUrl(postgresUrl());
        database.setUsername(servers.postgresUser());
        database.setMinimumIdle(0);
        sql = Jdbi.create(database);
        history = new RunHistory(database);
    }

    /** A new site without workers. */
    public static Site open() {
        return open(4);
    }

    /** A new site without workers, with so many shards. */
    public static Site open(int partitions) {
        return new Site(partitions, Servers.get().kafkaBootstrapServers());
    }

    /** A new site without workers, on a Kafka of the test's own. */
    public static Site openOn(String kafka) {
        return new Site(4, kafka);
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
        environment.put("POSTROAD_KAFKA_BOOTSTRAP_SERVERS", kafka);
        environment.put("POSTROAD_POSTGRES_URL", postgresUrl());
        environment.put("POSTROAD_POSTGRES_USER", servers.postgresUser());
        environment.put("POSTROAD_TOPIC_PREFIX", topics.prefix());
        // A member that was killed keeps those of its group waiting until Kafka knows: not those of other tests.
        environment.put("POSTROAD_GROUP", topics.prefix() + "group");
        environment.put("POSTROAD_PARTITIONS", Integer.toString(partitions));
        environment.put("POSTROAD_HTTP_PORT", "0");
        // The members of a group learn by their heartbeats that another one came or went.
        environment.put("POSTROAD_KAFKA_HEARTBEAT_INTERVAL_MS", "150");
        // Half of what an idle worker takes of a processor are fetches that wait no longer by default.
        environment.put("POSTROAD_KAFKA_FETCH_MAX_WAIT_MS", "200");
        // Many a test leaves calls that never end.
        environment.put("POSTROAD_DRAIN", "PT0S");
        environment.putAll(more);
        return environment;
    }

    /**
     * The environment of a worker of this site that is to be killed: the next one of its group waits for its session to
     * end.
     */
    public Map<String, String> mortal(Map<String, String> more) {
        Map<String, String> environment = environment(Map.of("POSTROAD_SESSION_TIMEOUT", "PT2S"));
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
        return worker(more, InstantSource.system());
    }

    /** The same, on a machine with that clock. */
    public Worker worker(Map<String, String> more, InstantSource machine) {
        Worker worker = Worker.start(settings(more), machine);
        open.push(worker);
        await("a worker is ready", worker::isReady);
        return worker;
    }

    /** Starts a worker with the defaults. */
    public Worker worker() {
        return worker(Map.of());
    }

    /** Starts a worker with the defaults, and gives what calls it; closed with the site. */
    public Caller caller() {
        Caller caller = new Caller(worker().httpPort());
        open.push(caller);
        return caller;
    }

    /** Starts so many workers in this process, and waits until each has its share of the shards, and keeps it. */
    public List<Worker> workers(int count) {
        List<Worker> workers = IntStream.range(0, count).mapToObj(i -> worker()).toList();
        awaitShares(count);
        return workers;
    }

    /** Waits until each of so many workers has its share of the shards. */
    public void awaitShares(int count) {
        await("the shards are shared", () -> number("""
            SELECT count(*) FROM (
                SELECT FROM postroad.shards GROUP BY owner HAVING count(*) = ?) AS share\
            """, partitions / count) == count);
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
        send(new ProducerRecord<>(topic, key, value));
    }

    /** Sends a record as any stranger may, and says where it is. */
    public RecordMetadata send(ProducerRecord<byte[], byte[]> record) {
        try {
            return producer.send(record).get();
        } catch (InterruptedException | ExecutionException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Sends many records at once. */
    public void sendAll(List<ProducerRecord<byte[], byte[]>> records) {
        List<Future<RecordMetadata>> sent = records.stream().map(producer::send).toList();
        producer.flush();
        assertThat(sent).allMatch(record -> record.state() == Future.State.SUCCESS);
    }

    /** The partition to which clients like ours send what belongs to a run. */
    public int shardOf(String runId) {
        return Utils.toPositive(Utils.murmur2(runId.getBytes(StandardCharsets.UTF_8))) % partitions;
    }

    /** This site's database. */
    public DataSource database() {
        return database;
    }

    /** What is stored about runs. */
    public RunHistory history() {
        return history;
    }

    /**
     * Has the database take nothing more, or again. Sessions that are there already stay as they are, so they are ended when
     * it begins, and left alone when it ends.
     */
    public void readOnly(boolean on) {
        Jdbi.create(servers.postgresUrl(), servers.postgresUser(), "").useHandle(handle -> {
            handle.execute("ALTER DATABASE " + name + " SET default_transaction_read_only = " + (on ? "on" : "off"));
            if (on) {
                handle.select(
                                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                        + " WHERE datname = ? AND backend_type = 'client backend'",
                                name)
                        .mapTo(Boolean.class)
                        .list();
            }
        });
    }

    /** Plain SQL on this site's database. */
    public Jdbi sql() {
        return sql;
    }

    /** The one number that a query gives. */
    public long number(String sql, Object... arguments) {
        return sql().withHandle(handle ->
                handle.select(sql, arguments).mapTo(Long.class).one());
    }

    /** Waits until a run is at rest, and gives its journal. */
    public List<RunEvent> ended(String runId) {
        return journalWith(runId, event -> event.type().endsRun());
    }

    /** The journal of a run, so far. */
    public List<RunEvent> journal(String runId) {
        return history().events(runId, 1);
    }

    /** Leaves what a worker would leave behind that was killed after so many rows of a run, under another id. */
    public void copyBeginning(String runId, int rows, String as) {
        copyBeginning(runId, rows, as, rows == 1 ? "queued" : "running");
    }

    /** As before, for a run that had a status after these rows. */
    public void copyBeginning(String runId, int rows, String as, String status) {
        sql().useTransaction(handle -> {
            handle.execute("""
                INSERT INTO postroad.runs (run_id, shard, graph, version, status, priority, input, tags, queued_at,
                                           started_at)
                SELECT ?, shard, graph, version, ?, priority, input, tags, queued_at, started_at
                FROM postroad.runs WHERE run_id = ?\
                """, as, status, runId);
            handle.execute("""
                INSERT INTO postroad.journal
                SELECT c.id, j.seq, j.type, j.node, j.task, j.attempt, j.superstep, j.version, j.at, j.duration,
                       j.progress, j.data
                FROM postroad.journal j JOIN postroad.runs r ON r.id = j.run, postroad.runs c
                WHERE r.run_id = ? AND c.run_id = ? AND j.seq <= ?\
                """, runId, as, rows);
        });
    }

    /** Everything on the events topic about a run, so far. */
    public List<RunEvent> published(String runId) {
        // Most of what is there may be of other runs; a key that is missing or odd says nothing.
        byte[] key = runId.getBytes(StandardCharsets.UTF_8);
        return records(topics.events()).stream()
                .filter(record -> record.key() == null || Arrays.equals(record.key(), key))
                .map(Site::event)
                .filter(event -> event.runId().equals(runId))
                .toList();
    }

    /** What is left of them when repeats are removed as subscribers do it: by their number. */
    public List<RunEvent> publishedOnce(String runId) {
        return firstOccurrences(published(runId));
    }

    /** The first event of each number, of one run's. */
    public static List<RunEvent> firstOccurrences(List<RunEvent> events) {
        Map<Integer, RunEvent> first = new LinkedHashMap<>();
        events.forEach(event -> first.putIfAbsent(event.seq(), event));
        return List.copyOf(first.values());
    }

    /** Reads a record of the events topic. */
    public static RunEvent event(ConsumerRecord<byte[], byte[]> record) {
        try {
            return RunEvent.read(record.value());
        } catch (FaultsException faults) {
            throw new IllegalArgumentException(faults);
        }
    }

    /** Waits until a run's journal has an event, and gives the journal. */
    public List<RunEvent> journalWith(String runId, Predicate<RunEvent> event) {
        AtomicReference<List<RunEvent>> journal = new AtomicReference<>(List.of());
        await("run " + runId + " has the event", () -> {
            journal.set(history().events(runId, 1));
            return journal.get().stream().anyMatch(event);
        });
        return journal.get();
    }

    /** Waits until a run has answered a command, and gives its answer. */
    public RunEvent answer(String runId, String commandId) {
        Predicate<RunEvent> answers =
                event -> event.data().path("commandId").asText().equals(commandId);
        return journalWith(runId, answers).stream().filter(answers).findFirst().orElseThrow();
    }

    /** Ends all sessions on this site's database, and lets nobody have another. */
    public void shutPostgres() {
        server("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false");
        server("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name
                + "' AND backend_type = 'client backend'");
    }

    /** Lets sessions be had again. */
    public void openPostgres() {
        server("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true");
    }

    private void server(String sql) {
        execute(servers.postgresUrl(), sql);
    }

    /** Changes a setting of a topic. */
    public void configure(String topic, String setting, String value) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try {
            AlterConfigOp change = new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET);
            admin().incrementalAlterConfigs(Map.of(resource, List.of(change)))
                    .all()
                    .get();
            await(topic + " is configured", () -> {
                var configs = admin().describeConfigs(List.of(resource)).all().get();
                return value.equals(Objects.requireNonNull(configs.get(resource))
                        .get(setting)
                        .value());
            });
        } catch (InterruptedException | ExecutionException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Whether workers have dealt with all control messages that were sent so far, and told Kafka so. */
    public boolean controlIsCommitted() {
        String group = settings(Map.of()).group() + "-control";
        List<TopicPartition> all = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topics.control(), partition))
                .toList();
        try {
            var committed = admin().listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
            synchronized (reader) {
                return reader.endOffsets(all).entrySet().stream()
                        .filter(end -> end.getValue() > 0)
                        .allMatch(end -> committed.containsKey(end.getKey())
                                && committed.get(end.getKey()).offset() >= end.getValue());
            }
        } catch (InterruptedException | ExecutionException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Whether workers have dealt with all triggers that were sent so far, and told Kafka so. */
    public boolean triggersAreCommitted(Admin admin) throws InterruptedException, ExecutionException {
        Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(
                        settings(Map.of()).group())
                .partitionsToOffsetAndMetadata()
                .get();
        synchronized (reader) {
            return reader.endOffsets(committed.keySet()).entrySet().stream()
                    .allMatch(end ->
                            Objects.requireNonNull(committed.get(end.getKey())).offset() == end.getValue());
        }
    }

    /** Made at its first use: most sites need none. */
    private synchronized Admin admin() {
        Admin known = admin;
        if (known == null) {
            known = Admin.create(Map.of("bootstrap.servers", kafka));
            admin = known;
        }
        return known;
    }

    /** The addresses of the Kafka of this site. */
    public String kafka() {
        return kafka;
    }

    /** Makes a topic, and waits until it can be used. */
    public void makeTopic(String topic, int count) {
        try {
            admin().createTopics(List.of(new NewTopic(topic, count, (short) 1)))
                    .all()
                    .get();
            await(topic + " is there", () -> admin().listTopics().names().get().contains(topic));
        } catch (InterruptedException | ExecutionException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** All records of a topic, so far. What was read before is not read again. */
    public List<ConsumerRecord<byte[], byte[]>> records(String topic) {
        synchronized (reader) {
            Uuid id = idOf(topic);
            TopicSoFar before = read.get(topic);
            TopicSoFar known = before != null && before.id().equals(id) ? before : TopicSoFar.none(id);
            List<TopicPartition> all = reader.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            reader.assign(all);
            reader.seekToBeginning(all);
            known.next().forEach(reader::seek);
            Map<TopicPartition, Long> ends = reader.endOffsets(all);
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>(known.records());
            while (ends.entrySet().stream().anyMatch(end -> reader.position(end.getKey()) < end.getValue())) {
                reader.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            Map<TopicPartition, Long> next = new HashMap<>();
            all.forEach(partition -> next.put(partition, reader.position(partition)));
            read.put(topic, new TopicSoFar(id, List.copyOf(records), next));
            return records;
        }
    }

    /** A topic that was made anew has another one. */
    private Uuid idOf(String topic) {
        try {
            return Objects.requireNonNull(admin().describeTopics(List.of(topic))
                            .allTopicNames()
                            .get()
                            .get(topic))
                    .topicId();
        } catch (InterruptedException | ExecutionException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /**
     * What has been read of a topic.
     *
     * @param next what is to be read next
     */
    private record TopicSoFar(Uuid id, List<ConsumerRecord<byte[], byte[]>> records, Map<TopicPartition, Long> next) {
        static TopicSoFar none(Uuid id) {
            return new TopicSoFar(id, List.of(), Map.of());
        }
    }

    /** Waits for a condition, with a limit. */
    public static void await(String what, java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(LIMIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(condition);
    }

    /** A header's text; null where there is none. */
    public static @Nullable String header(ConsumerRecord<?, ?> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    /** The bytes of a text, or of JSON with single quotes for double ones. */
    public static byte[] bytes(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    /** Reads JSON, with single quotes for double ones. */
    public static JsonNode json(String text) {
        try {
            return Json.read(text.replace('\'', '"'));
        } catch (FaultsException faults) {
            throw new IllegalArgumentException(faults);
        }
    }

    /** The first version of a graph, whose agents are all there. */
    public static Graph graph(String yaml) {
        return graph(yaml, 1);
    }

    /** As above, of another version. */
    public static Graph graph(String yaml, int version) {
        try {
            return GraphCompiler.compile(
                    (GraphDefinition) Definitions.readAll(yaml).getFirst(), version, agent -> true);
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

    /** Stops this site's workers, as its closing does too. */
    public void stopWorkers() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception failed) {
                throw new IllegalStateException(failed);
            }
        }
    }

    @Override
    public void close() {
        stopWorkers();
        client.close();
        producer.close();
        if (admin != null) {
            admin.close();
        }
        synchronized (reader) {
            reader.close();
        }
        database.close();
        if (OPEN.decrementAndGet() == 0) {
            PuppetAgent.forget();
        }
    }
}
