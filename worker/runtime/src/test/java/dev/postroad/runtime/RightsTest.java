package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.contracts.message.EventType;
import dev.postroad.embedded.EmbeddedKafka;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.provisioning.Provisioning;
import dev.postroad.runtime.provisioning.ProvisioningException;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Servers;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.TestCertificate;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker gets by with the rights that contracts/OPERATIONS.md lists, on a Kafka and a Postgres that give no others. */
@NullMarked
final class RightsTest {
    private static final Path PAGE = Path.of("..", "..", "contracts", "OPERATIONS.md");
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");
    private static final String PASSWORD = "of-the-worker";
    private static final String SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required";
    private static final TestCertificate CERTIFICATE = TestCertificate.of(TestCertificate.Kind.RSA, "127.0.0.1");

    @TempDir
    private static Path data = Path.of("");

    private static final List<AutoCloseable> OPEN = new ArrayList<>();
    private static int userPort;
    private static Site site;
    private static String role = "";
    private static Worker worker;

    @BeforeAll
    static void start() throws Exception {
        try (ServerSocket free = new ServerSocket(0)) {
            userPort = free.getLocalPort();
        }
        Files.writeString(data.resolve("kafka-ca.pem"), CERTIFICATE.pem());
        EmbeddedKafka kafka = opened(EmbeddedKafka.start(data, 0, RightsTest::guard));
        site = opened(Site.openOn(kafka.bootstrapServers()));
        grantInKafka(kafka);
        role = site.topics().prefix().replace(".", "") + "_worker";
        Servers servers = Servers.get();
        Jdbi.create(servers.postgresUrl(), servers.superuser(), servers.superuserPassword())
                .useHandle(handle -> handle.execute("CREATE ROLE " + role + " LOGIN PASSWORD '" + PASSWORD + "'"));
        // Whom the database belongs to is no superuser.
        Provisioning.grant(site.settings(Map.of()).postgres(), role);
        Map<String, String> settings = as("worker");
        // As the page names it.
        settings.put("POSTROAD_GROUP", "postroad");
        settings.put("POSTROAD_POSTGRES_USER", role);
        settings.put("POSTROAD_POSTGRES_PASSWORD", PASSWORD);
        worker = opened(Worker.start(site.settings(settings)));
        Site.await("the worker is ready", worker::isReady);
    }

    private static <T extends AutoCloseable> T opened(T part) {
        OPEN.addFirst(part);
        return part;
    }

    /** Whoever comes by the first listener may do everything, as the test and the broker itself; by the other only what is granted. */
    private static void guard(Properties kafka) {
        for (String listeners : List.of("listeners", "advertised.listeners")) {
            kafka.merge(listeners, ",USERS://127.0.0.1:" + userPort, (all, users) -> all + (String) users);
        }
        kafka.merge("listener.security.protocol.map", ",USERS:SASL_SSL", (all, users) -> all + (String) users);
        kafka.put("inter.broker.listener.name", "PLAINTEXT");
        kafka.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
        kafka.put("listener.name.users.scram-sha-512.sasl.jaas.config", SCRAM + ";");
        kafka.put("listener.name.users.ssl.keystore.type", "PEM");
        kafka.put("listener.name.users.ssl.keystore.certificate.chain", CERTIFICATE.pem());
        kafka.put("listener.name.users.ssl.keystore.key", CERTIFICATE.keyPem());
        kafka.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        kafka.put("super.users", "User:ANONYMOUS");
    }

    /** Over TLS and with a password, set as the page says. */
    private static Map<String, String> as(String user) {
        return new HashMap<>(Map.of(
                "POSTROAD_KAFKA_BOOTSTRAP_SERVERS",
                "127.0.0.1:" + userPort,
                "POSTROAD_KAFKA_SECURITY_PROTOCOL",
                "SASL_SSL",
                "POSTROAD_KAFKA_SASL_MECHANISM",
                "SCRAM-SHA-512",
                "POSTROAD_KAFKA_SASL_JAAS_CONFIG",
                SCRAM + " username=\"" + user + "\" password=\"of-" + user + "\";",
                "POSTROAD_KAFKA_SSL_TRUSTSTORE_TYPE",
                "PEM",
                "POSTROAD_KAFKA_SSL_TRUSTSTORE_LOCATION",
                data.resolve("kafka-ca.pem").toString()));
    }

    private static void grantInKafka(EmbeddedKafka kafka) throws IOException, ExecutionException, InterruptedException {
        List<AclBinding> rights =
                new ArrayList<>(rights("a worker", "worker", site.topics().prefix()));
        rights.addAll(rights("`postroad migrate`", "migrate", "new."));
        rights.addAll(rights("a host of agents on Kafka", "host", site.topics().prefix()));
        assertThat(rights).hasSizeGreaterThan(20);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.createAcls(rights).all().get();
            var iterations = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4_096);
            admin.alterUserScramCredentials(Stream.of("worker", "migrate", "nobody", "host")
                            .<UserScramCredentialAlteration>map(
                                    user -> new UserScramCredentialUpsertion(user, iterations, "of-" + user))
                            .toList())
                    .all()
                    .get();
        }
    }

    /** The rows of the page about one of those who come. */
    private static List<AclBinding> rights(String who, String user, String prefix) throws IOException {
        List<AclBinding> rights = new ArrayList<>();
        String current = "";
        for (String line : Files.readAllLines(PAGE)) {
            if (!line.startsWith("| ")) {
                continue;
            }
            String[] cells = Stream.of(line.substring(1).split("\\|", -1))
                    .map(String::strip)
                    .toArray(String[]::new);
            current = cells[0].isEmpty() ? current : cells[0];
            if (current.equals(who) && !cells[1].equals("the cluster")) {
                rights.addAll(rights(cells[1], cells[2], user, prefix));
            }
        }
        return rights;
    }

    private static List<AclBinding> rights(String resources, String operations, String user, String prefix) {
        List<String> names =
                NAME.matcher(resources).results().map(match -> match.group(1)).toList();
        boolean areTopics = !resources.startsWith("groups");
        return names.stream()
                .filter(name -> !name.startsWith("POSTROAD") && !name.equals("kafka"))
                .map(name -> pattern(areTopics, name, prefix))
                .flatMap(pattern -> Stream.of(operations.split(", "))
                        .map(operation -> new AclBinding(
                                pattern,
                                new AccessControlEntry(
                                        "User:" + user, "*", operation(operation), AclPermissionType.ALLOW))))
                .toList();
    }

    private static ResourcePattern pattern(boolean isTopic, String name, String prefix) {
        if (!isTopic) {
            return new ResourcePattern(ResourceType.GROUP, name, PatternType.LITERAL);
        }
        String topic = prefix + name.replaceFirst("^postroad\\.", "");
        return topic.endsWith("*")
                ? new ResourcePattern(ResourceType.TOPIC, topic.substring(0, topic.length() - 1), PatternType.PREFIXED)
                : new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL);
    }

    private static AclOperation operation(String name) {
        return AclOperation.fromString(
                name.replaceAll("([a-z])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT));
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable part : OPEN) {
            part.close();
        }
    }

    @Test
    void aWorkerWithTheListedRightsDoesItsWork() {
        site.apply("""
            graph: quick
            state: { n: {} }
            nodes: { echo: { agent: test-echo } }
            edges: [ { from: START, to: echo }, { from: echo, to: END } ]
            """);
        site.send(site.topics().triggers(), null, "no trigger".getBytes(StandardCharsets.UTF_8));
        Site.await("the graph is there", () -> site.number("SELECT count(*) FROM postroad.graphs") == 1);
        site.trigger("quick", "one", "{\"n\": 1}");
        Site.await(
                "the run has ended",
                () -> site.number("SELECT count(*) FROM postroad.runs WHERE status = 'completed'") == 1);
        Site.await(
                "its events are published",
                () -> site.published("one").stream()
                        .anyMatch(event -> event.type().endsRun()));
        Site.await(
                "what is no trigger is a dead letter",
                () -> site.records(site.topics().deadLetters()).size() == 1);
        try (Caller caller = new Caller(worker.httpPort())) {
            Site.await("all is well", () -> {
                String status = caller.get("/health").json().path("status").asText();
                return status.equals("ok");
            });
            assertThat(caller.post("/api/triggers", "{'graph': 'quick', 'runId': 'two'}")
                            .status())
                    .isEqualTo(202);
        }
        Site.await(
                "what was posted has ended, too",
                () -> site.number("SELECT count(*) FROM postroad.runs WHERE status = 'completed'") == 2);
    }

    @Test
    void anAgentOnKafkaIsServedByAHostWithTheListedRights() {
        site.apply("""
            agent: far
            kind: kafka
            ---
            graph: remote
            state: { n: {} }
            nodes: { far: { agent: far } }
            edges: [ { from: START, to: far }, { from: far, to: END } ]
            """);
        site.trigger("remote", "remote", "{}");
        site.journalWith("remote", event -> event.type() == EventType.NODE_WAITING);
        String tasks = site.topics().agentTasks("far");
        Map<String, Object> host = new HashMap<>();
        as("host")
                .forEach((name, value) -> host.put(
                        name.substring("POSTROAD_KAFKA_".length())
                                .toLowerCase(Locale.ROOT)
                                .replace('_', '.'),
                        value));
        try (var consumer = new KafkaConsumer<>(host, new StringDeserializer(), new StringDeserializer());
                var producer = new KafkaProducer<>(host, new StringSerializer(), new StringSerializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(tasks).stream()
                    .map(partition -> new TopicPartition(tasks, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Site.await(
                    "it is handed the task",
                    () -> !consumer.poll(Duration.ofMillis(100)).isEmpty());
            var _ = producer.send(new ProducerRecord<>(
                    site.topics().agentResults(),
                    "remote",
                    "{\"task\": \"far@1\", \"attempt\": 1, \"output\": {\"n\": 1}}"));
            producer.flush();
        }
        assertThat(site.ended("remote").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    /** By whatever migration a table came. */
    @Test
    void aWorkerWithTheListedRightsAnswersWhateverItIsAskedAndDeletesRuns() {
        site.apply("""
            graph: counted
            queue: { concurrency: { key: input.tenant, runs: 2 } }
            budget: { tokens: 100, per: P1D }
            state: { tenant: {} }
            nodes: { none: { set: "{'tenant': 'x'}" } }
            edges: [ { from: START, to: none }, { from: none, to: END } ]
            ---
            schedule: yearly
            graph: counted
            input: { tenant: a }
            every: P365D
            """);
        Site.await(
                "the graph is there",
                () -> site.number("SELECT count(*) FROM postroad.graphs WHERE name = 'counted'") == 1);
        site.trigger("counted", "counted", "{\"tenant\": \"a\"}");
        site.ended("counted");
        try (Caller caller = new Caller(worker.httpPort())) {
            caller.get("/openapi.json").json().get("paths").properties().forEach(path -> {
                if (path.getValue().has("get")) {
                    String asked = path.getKey()
                            .replace("/runs/{id}", "/runs/counted")
                            .replace("/agents/{name}", "/agents/test-echo")
                            .replace("{name}", "counted")
                            .replaceAll("\\{[a-z]+}", "0");
                    Caller.Reply reply = caller.get(asked);
                    assertThat(reply.status()).as(asked + " " + reply.text()).isLessThan(500);
                }
            });
            assertThat(caller.post("/api/schedules/yearly/trigger", "{}").status())
                    .isEqualTo(202);
            assertThat(caller.post("/api/agents/test-echo/disable", "{'why': 'to see'}")
                            .status())
                    .isIn(200, 404);
            Caller.Reply order = caller.post(
                    "/api/bulk", "{'id': 'away', 'action': {'type': 'prune'}, 'filter': {'graph': 'counted'}}");
            assertThat(order.status()).as(order.text()).isEqualTo(202);
            Site.await(
                    "they are deleted",
                    () -> site.number("SELECT count(*) FROM postroad.runs WHERE run_id = 'counted'") == 0);
        }
    }

    @Test
    void aWorkerOwnsNothingAndMakesThePartitionsOfTheLogAllTheSame() {
        Site.await("partitions are made", () -> site.number("""
            SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'postroad.agent_logs'::regclass AND c.relname ~ '[0-9]'\
            """) == 3);
        assertThat(site.number("SELECT count(*) FROM pg_class WHERE relowner = '" + role + "'::regrole"))
                .isZero();
        Jdbi ofWorker = Jdbi.create(site.postgresUrl(), role, PASSWORD);
        for (String forbidden : List.of(
                "CREATE TABLE postroad.mine (n int)",
                "ALTER TABLE postroad.runs ADD COLUMN mine int",
                "DROP TABLE postroad.agent_logs_other",
                "DELETE FROM postroad.flyway_schema_history")) {
            assertThatThrownBy(() -> ofWorker.useHandle(handle -> handle.execute(forbidden)))
                    .hasMessageMatching("(?s).*(permission denied|must be owner).*");
        }
    }

    @Test
    void migrateMakesTheTopicsWithTheListedRightsAndNobodyElseDoes() {
        Map<String, String> migrate = as("migrate");
        migrate.put("POSTROAD_TOPIC_PREFIX", "new.");
        Provisioning.checkTopics(site.settings(migrate));
        Map<String, String> nobody = as("nobody");
        nobody.put("POSTROAD_TOPIC_PREFIX", "other.");
        assertThatThrownBy(() -> Provisioning.checkTopics(site.settings(nobody)))
                .isInstanceOf(ProvisioningException.class)
                .hasMessageContaining("other.");
    }

    @Test
    void grantingToARoleThatIsNotThereSaysWhatToDo() {
        WorkerSettings settings = site.settings(Map.of());
        assertThatThrownBy(() -> Provisioning.grant(settings.postgres(), "no-such"))
                .isInstanceOf(ProvisioningException.class)
                .hasMessageContaining("make the role first");
    }
}
