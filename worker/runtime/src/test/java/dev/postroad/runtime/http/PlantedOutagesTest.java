package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.EventType;
import dev.postroad.embedded.EmbeddedKafka;
import dev.postroad.runtime.history.reasons.Reason;
import dev.postroad.runtime.history.reasons.ReasonCode;
import dev.postroad.runtime.history.reasons.RunDiagnosis;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.MoodyAgent;
import dev.postroad.runtime.testing.RunPages;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.Told;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As {@link PlantedFaultsTest}, of what is at fault beside the run: its worker, what that is given, and the servers. */
@NullMarked
final class PlantedOutagesTest {
    private static Instant begun = Instant.EPOCH;
    private static final String ASKS = """
        graph: asks
        state: { a: {} }
        nodes: { ask: { interrupt: "'a?'", output: "{'a': result}" } }
        edges: [{ from: START, to: ask }, { from: ask, to: END }]
        """;
    private static final RunPages PAGES = new RunPages();
    private static final ExecutorService BESIDE = Executors.newVirtualThreadPerTaskExecutor();

    @TempDir
    private static Path folder = Path.of("");

    private static Future<?> kafkaAway = CompletableFuture.completedFuture(null);

    /** It takes a while until nobody doubts that a server is away, so the others go on meanwhile. */
    @BeforeAll
    static void beginTheLongest() {
        begun = Instant.now();
        kafkaAway = BESIDE.submit(PlantedOutagesTest::kafkaIsAway);
    }

    @AfterAll
    static void end() {
        BESIDE.shutdownNow();
        PAGES.close();
    }

    private static void asked(Site site, Caller caller, String runId) {
        site.apply(ASKS);
        site.trigger("asks", runId, "{}");
        Told.of(caller, runId, "person");
    }

    private static void answered(Site site, Caller caller, String runId) {
        Told.of(caller, runId, "person").help();
        assertThat(site.ended(runId).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    @Test
    void kafkaDoesNotAnswer() throws Exception {
        kafkaAway.get();
    }

    private static void kafkaIsAway() {
        Path data = folder.resolve("kafka");
        EmbeddedKafka first = EmbeddedKafka.start(data, 0);
        try (Site site = Site.openOn(first.bootstrapServers())) {
            Caller caller = site.caller();
            asked(site, caller, "away");
            first.close();
            Told told = Told.of(caller, "away", "kafka-away")
                    .on(PAGES)
                    .says(
                            "Kafka does not answer worker ",
                            "start Kafka again, or mend the way to it; all that was sent is taken up by itself then",
                            begun);
            assertThat(told.what())
                    .endsWith("which has the run, so that no command and no answer of an agent on Kafka reaches it");
            try (EmbeddedKafka _ = EmbeddedKafka.start(data, first.port())) {
                answered(site, caller, "away");
                site.stopWorkers();
            }
        } finally {
            first.close();
        }
    }

    @Test
    void postgresIsReadOnly() {
        try (Site site = Site.open()) {
            Caller caller = site.caller();
            asked(site, caller, "read-only");
            site.readOnly(true);
            Told.of(caller, "read-only", "postgres-read-only")
                    .on(PAGES)
                    .says(
                            "Postgres is read-only, so that nothing of the run can be written",
                            "make it writable again",
                            begun);
            // As `postroad why` asks.
            Reason first = new RunDiagnosis(site.database())
                    .of("read-only")
                    .orElseThrow()
                    .reasons()
                    .getFirst();
            assertThat(first.code()).isEqualTo(ReasonCode.POSTGRES_READ_ONLY);
            site.readOnly(false);
            answered(site, caller, "read-only");
        }
    }

    @Test
    void nobodyHasTheShard() {
        try (Site site = Site.open()) {
            asked(site, site.caller(), "nobodys");
            site.stopWorkers();
            Reason told = new RunDiagnosis(site.database())
                    .of("nobodys")
                    .orElseThrow()
                    .reasons()
                    .getFirst();
            assertThat(told.what())
                    .isEqualTo(
                            "no worker that lives has shard " + site.shardOf("nobodys") + ", to which the run belongs");
            assertThat(Objects.requireNonNull(told.since()))
                    .isBetween(begun.minusSeconds(2), Instant.now().plusSeconds(2));
            assertThat(told.remedy()).startsWith("start a worker by `postroad worker`");
            answered(site, site.caller(), "nobodys");
        }
    }

    @Test
    void aSecretOfTheAgentIsMissing() throws IOException {
        Path secrets = Files.createDirectory(folder.resolve("secrets"));
        Files.writeString(secrets.resolve("key"), "something secret");
        Map<String, String> environment = Map.of("POSTROAD_SECRETS_DIR", secrets.toString());
        try (MoodyAgent agents = MoodyAgent.start();
                Site site = Site.open()) {
            String keyed = "agent: keyed\nkind: http\nurl: " + agents.url("keyed")
                    + "\nheaders: { Authorization: \"Bearer ${file:key}\" }\n";
            try (var _ = site.worker(environment)) {
                site.apply(keyed);
                site.apply("""
                    graph: calls
                    state: { a: {} }
                    nodes: { call: { agent: keyed } }
                    edges: [{ from: START, to: call }, { from: call, to: END }]
                    """);
                site.trigger("calls", "first", "{}");
                assertThat(site.ended("first").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
            }
            Files.delete(secrets.resolve("key"));
            try (Caller caller = new Caller(site.worker(environment).httpPort())) {
                site.trigger("calls", "secret", "{}");
                Told.of(caller, "secret", "agent-unusable")
                        .on(PAGES)
                        .says(
                                "node call needs agent keyed, and its worker cannot use it: headers.Authorization: refers to"
                                        + " the file \"key\", which is not there",
                                "mend that on every worker and start them anew, as variables are read at the start, or"
                                        + " apply",
                                begun);
                Files.writeString(secrets.resolve("key"), "something secret");
                site.apply(keyed);
                assertThat(site.ended("secret").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
            }
        }
    }
}
