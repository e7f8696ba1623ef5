package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Topics;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.embedded.EmbeddedPorts;
import dev.postroad.embedded.EmbeddedServers;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.provisioning.Provisioning;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jdbi.v3.core.Jdbi;

/** Embedded servers on empty data, and one worker. */
final class Site implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final Path directory;
    private final EmbeddedServers servers;
    private final Worker worker;
    private final PostroadClient client;
    private final KafkaProducer<String, byte[]> producer;
    private final Jdbi sql;
    private final HttpClient http = HttpClient.newHttpClient();

    Site(int maxRuns) throws IOException, FaultsException, InterruptedException {
        directory = Files.createTempDirectory("postroad-bench");
        servers = EmbeddedServers.startOrJoin(directory, EmbeddedPorts.free());
        WorkerSettings settings = WorkerSettings.read(Map.of(
                "POSTROAD_KAFKA_BOOTSTRAP_SERVERS", servers.kafkaBootstrapServers(),
                "POSTROAD_POSTGRES_URL", servers.postgresUrl(),
                "POSTROAD_POSTGRES_USER", servers.postgresUser(),
                "POSTROAD_HTTP_PORT", "0",
                "POSTROAD_LANES", System.getProperty("postroad.bench.lanes", "2"),
                "POSTROAD_MAX_RUNS", Integer.toString(maxRuns)));
        Provisioning.migrate(settings);
        worker = Worker.start(settings);
        client = new PostroadClient(
                Map.of("bootstrap.servers", servers.kafkaBootstrapServers()), new Topics(Topics.DEFAULT_PREFIX));
        Properties properties = new Properties();
        properties.put("bootstrap.servers", servers.kafkaBootstrapServers());
        properties.put("linger.ms", "5");
        properties.put("batch.size", "65536");
        producer = new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer());
        sql = Jdbi.create(servers.postgresUrl(), servers.postgresUser(), "");
        await(worker::isReady);
    }

    String postgresUrl() {
        return servers.postgresUrl();
    }

    /** How many records the events topic holds. */
    long events() {
        Map<String, Object> config = Map.of("bootstrap.servers", servers.kafkaBootstrapServers());
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            String topic = Topics.DEFAULT_PREFIX + "events";
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

    Jdbi sql() {
        return sql;
    }

    void publish(String yaml) throws FaultsException, InterruptedException {
        for (Definition definition : Definitions.readAll(yaml)) {
            client.apply(definition);
            await(() -> count("SELECT count(*) FROM postroad.graphs WHERE name = ?", definition.name()) > 0);
        }
    }

    /** Triggers runs, all at once, and waits for the end of the last. */
    void run(String graph, String prefix, int runs) throws InterruptedException {
        byte[] value = Json.bytes(
                Trigger.of(graph, null, JsonNodeFactory.instance.objectNode()).toJson());
        long before = runsEnded();
        for (int i = 0; i < runs; i++) {
            var _ = producer.send(new ProducerRecord<>(Topics.DEFAULT_PREFIX + "triggers", prefix + i, value));
        }
        producer.flush();
        await(() -> runsEnded() - before >= runs);
    }

    /** Triggers a run and waits until its end is committed, leaving the machine to it. */
    void runAlone(String graph, String runId) {
        byte[] value = Json.bytes(
                Trigger.of(graph, null, JsonNodeFactory.instance.objectNode()).toJson());
        var _ = producer.send(new ProducerRecord<>(Topics.DEFAULT_PREFIX + "triggers", runId, value));
        producer.flush();
        Instant end = Instant.now().plus(LIMIT);
        do {
            if (Instant.now().isAfter(end)) {
                throw new IllegalStateException(runId + " did not end");
            }
            LockSupport.parkNanos(20_000_000);
        } while (count("SELECT count(*) FROM postroad.runs WHERE run_id = ? AND ended_at IS NOT NULL", runId) == 0);
    }

    /** From the decision to admit to the decision to complete. */
    double medianRunMillis(String prefix) {
        return sql.withHandle(handle -> handle.createQuery("""
                        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - queued_at) * 1000)
                        FROM postroad.runs WHERE run_id LIKE :prefix || '%'""")
                .bind("prefix", prefix)
                .mapTo(Double.class)
                .one());
    }

    /** From each decision of a run of one node after another to the next, from the admission on. */
    List<Double> medianStepMillis(String prefix) {
        return sql.withHandle(handle -> handle.createQuery("""
                        WITH decided AS (
                            SELECT j.seq, j.at - lag(j.at) OVER (PARTITION BY j.run ORDER BY j.seq) AS took
                            FROM postroad.journal j JOIN postroad.runs r ON r.id = j.run
                            WHERE r.run_id LIKE :prefix || '%' AND j.type IN ('run.queued', 'node.completed'))
                        SELECT round((percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM took) * 1000))::numeric, 3)
                        FROM decided WHERE took IS NOT NULL GROUP BY seq ORDER BY seq""")
                .bind("prefix", prefix)
                .mapTo(Double.class)
                .list());
    }

    /** Time and bytes of a quarter of the transitions of runs, as medians over the runs. */
    ObjectNode quarter(String prefix, int quarter, int transitions) {
        return sql.withHandle(handle -> handle.createQuery("""
                        WITH done AS (
                            SELECT j.run, j.at, pg_column_size(j.*) AS bytes,
                                   row_number() OVER (PARTITION BY j.run ORDER BY j.seq) - 1 AS place
                            FROM postroad.journal j JOIN postroad.runs r ON r.id = j.run
                            WHERE r.run_id LIKE :prefix || '%' AND j.type = 'node.completed')
                        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY millis) AS millis,
                               percentile_cont(0.5) WITHIN GROUP (ORDER BY bytes) AS bytes
                        FROM (SELECT run, extract(epoch FROM max(at) - min(at)) * 1000 / (count(*) - 1) AS millis,
                                     avg(bytes) AS bytes
                              FROM done WHERE place >= :first AND place < :first + :transitions GROUP BY run) q""")
                .bind("prefix", prefix)
                .bind("first", quarter * transitions)
                .bind("transitions", transitions)
                .map((row, context) -> JsonNodeFactory.instance
                        .objectNode()
                        .put("quarter", quarter + 1)
                        .put("millisPerTransition", Figures.round(row.getDouble("millis"), 3))
                        .put("bytesPerTransition", Math.round(row.getDouble("bytes"))))
                .one());
    }

    private long runsEnded() {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + worker.httpPort() + "/metrics"))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofLines())
                    .body()
                    .filter(line -> line.startsWith("postroad_runs_ended_total"))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }

    long count(String query, Object... arguments) {
        return sql.withHandle(
                handle -> handle.select(query, arguments).mapTo(Long.class).one());
    }

    static void await(BooleanSupplier condition) throws InterruptedException {
        Instant end = Instant.now().plus(LIMIT);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(end)) {
                throw new IllegalStateException("not done within " + LIMIT);
            }
            TimeUnit.MILLISECONDS.sleep(250);
        }
    }

    @Override
    public void close() throws IOException {
        http.close();
        producer.close();
        client.close();
        worker.close();
        servers.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
