package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.message.EventType;
import dev.postroad.embedded.EmbeddedKafka;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator sees what is wrong, and why, and that it is over: each cause is made on real servers. */
@NullMarked
class HealthTest {
    private static final String GRAPHS = """
        graph: asking
        nodes: { ask: { agent: test-puppet } }
        edges: [{ from: START, to: ask }, { from: ask, to: END }]
        ---
        agent: weather
        kind: java
        provider: test-puppet
        retry: { maxAttempts: 1 }
        circuitBreaker: { window: 2, minimumCalls: 2, openFor: PT5S, halfOpenCalls: 1 }
        ---
        graph: forecast
        nodes: { ask: { agent: weather } }
        edges: [{ from: START, to: ask }, { from: ask, to: END }]
        """;

    private static final int SHARDS = 4;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path directory;

    @SuppressWarnings("NullAway.Init")
    private static EmbeddedKafka kafka;

    @SuppressWarnings("NullAway.Init")
    private static Site site;

    @SuppressWarnings("NullAway.Init")
    private static Caller caller;

    @BeforeAll
    static void start() {
        kafka = EmbeddedKafka.start(directory, 0);
        site = Site.openOn(kafka.bootstrapServers());
        Worker worker = site.worker(Map.of(
                "POSTROAD_MAX_RUNS",
                "1",
                "POSTROAD_SESSION_TIMEOUT",
                "PT6S",
                // Shorter than any outage here, so that whatever gives up on Kafka does.
                "POSTROAD_KAFKA_DEFAULT_API_TIMEOUT_MS",
                "8000",
                "POSTROAD_KAFKA_REQUEST_TIMEOUT_MS",
                "8000"));
        caller = new Caller(worker.httpPort());
        site.apply(GRAPHS);
        awaitAllIsWell();
    }

    @AfterAll
    static void stop() {
        caller.close();
        site.close();
        kafka.close();
    }

    private static JsonNode part(String name) {
        return caller.get("/health").json().path("parts").path(name);
    }

    private static void awaitDegraded(String name, String... why) {
        await(name, "degraded", why);
        Caller.Reply ready = caller.get("/health/ready");
        assertThat(ready.json().path("status").asText()).isEqualTo("ready");
        assertThat(ready.status()).isEqualTo(200);
    }

    private static void awaitBad(String name, String... why) {
        Site.await("nothing is sent to a worker where " + name + " is bad", () -> {
            Caller.Reply health = caller.get("/health");
            JsonNode part = health.json().path("parts").path(name);
            return health.status() == 503
                    && health.json().path("status").asText().equals("bad")
                    && part.path("state").asText().equals("bad")
                    && List.of(why).stream().allMatch(part.path("why").asText()::contains);
        });
        Caller.Reply ready = caller.get("/health/ready");
        assertThat(ready.json().path("status").asText()).isEqualTo("not ready");
        assertThat(ready.status()).isEqualTo(503);
        assertThat(caller.get("/health/live").status()).isEqualTo(200);
    }

    private static void await(String name, String state, String... why) {
        Site.await(name + " is " + state, () -> {
            JsonNode part = part(name);
            return part.path("state").asText().equals(state)
                    && List.of(why).stream().allMatch(part.path("why").asText()::contains);
        });
    }

    private static void awaitAllIsWell() {
        Awaitility.await().atMost(Site.LIMIT).untilAsserted(() -> {
            Caller.Reply health = caller.get("/health");
            assertThat(health.json().findValues("why")).isEmpty();
            assertThat(health.json().path("status").asText()).isEqualTo("ok");
            assertThat(caller.get("/health/ready").status()).isEqualTo(200);
        });
    }

    @Test
    void saysThatKafkaIsGoneUntilItIsBack() {
        int port = kafka.port();
        kafka.close();
        awaitBad("kafka", "Kafka has not answered since ");
        awaitBad("registry", "has not been followed since 20");
        await("lag", "degraded", "cannot be seen: Kafka has not answered since ");
        kafka = EmbeddedKafka.start(directory, port);
        awaitAllIsWell();
    }

    @Test
    void saysThatPostgresIsGoneUntilItIsBack() {
        site.shutPostgres();
        awaitBad("postgres", "runs stand still: ");
        await("queue", "degraded", "cannot be seen: Postgres has not answered since ");
        site.openPostgres();
        awaitAllIsWell();
    }

    @Test
    void namesTheAgentsWhoseBreakersAreOpenUntilTheyClose() {
        for (String runId : List.of("rain", "snow")) {
            PuppetAgent.play(runId, call -> {
                throw new IllegalStateException("no forecast");
            });
            site.trigger("forecast", runId, "{}");
        }
        List.of("rain", "snow").forEach(site::ended);
        awaitDegraded("breakers", "weather: open until 20");
        site.trigger("forecast", "sun", "{}");
        awaitAllIsWell();
    }

    @Test
    void saysWhoDisabledWhichAgentsAndWhyUntilTheyAreEnabled() {
        assertThat(caller.post("/api/agents/weather/disable", "{'why': 'too dear'}")
                        .status())
                .isEqualTo(200);
        awaitDegraded("agents", "weather: a person disabled it: too dear");
        assertThat(caller.post("/api/agents/weather/enable", "{}").status()).isEqualTo(200);
        awaitAllIsWell();
    }

    @Test
    void saysThatRunsWaitTooLongForTheirStart() {
        CountDownLatch mayEnd = new CountDownLatch(1);
        PuppetAgent.play("holder", call -> {
            mayEnd.await();
            return PuppetAgent.nothing();
        });
        site.trigger("asking", "holder", "{}");
        Site.await("the only place is taken", () -> !PuppetAgent.calls("holder").isEmpty());
        site.trigger("asking", "waiter", "{}");
        site.journalWith("waiter", event -> event.type() == EventType.RUN_QUEUED);
        assertThat(part("queue").path("state").asText()).isEqualTo("ok");
        site.sql()
                .useHandle(handle -> handle.execute(
                        "UPDATE postroad.runs SET queued_at = now() - interval '10 min' WHERE run_id = 'waiter'"));
        awaitDegraded("queue", "has waited for its start for PT10M", "runs that wait: 1");
        mayEnd.countDown();
        awaitAllIsWell();
    }

    @Test
    void saysThatTriggersPileUpInKafkaUntilTheyAreRead() {
        List<ProducerRecord<byte[], byte[]>> flood = IntStream.range(0, 12_000)
                .mapToObj(i -> new ProducerRecord<>(
                        site.topics().triggers(), i % SHARDS, Site.bytes("flood"), Site.bytes("no trigger")))
                .toList();
        try (Handle elsewhere = site.sql().open()) {
            elsewhere.begin();
            elsewhere.execute("LOCK TABLE postroad.runs IN SHARE MODE");
            // None can be admitted, so whatever comes behind is not over either.
            IntStream.range(0, SHARDS).forEach(shard -> site.trigger("asking", runOf(shard, "first-"), "{}"));
            site.sendAll(flood);
            awaitDegraded("lag", " triggers wait in Kafka, and they do not become fewer");
            elsewhere.rollback();
        }
        awaitAllIsWell();
    }

    @Test
    void saysWhichShardWasLostToAnotherWorkerUntilItIsTakenUpAgain() {
        site.sql().useHandle(handle -> handle.execute("UPDATE postroad.shards SET epoch = epoch + 1 WHERE shard = 2"));
        site.trigger("asking", runOf(2, "lost-"), "{}");
        awaitBad("ownership", "lost to another worker", "shards [2]");
        awaitAllIsWell();
        assertThat(site.ended(runOf(2, "lost-")).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    @Test
    void breaksOffAndLeavesItsShardsToOthersWhereALaneHasStopped() {
        List<Thread> before = lanes();
        Map<String, String> settings = Map.of("POSTROAD_WORKER_ID", "breaks", "POSTROAD_SESSION_TIMEOUT", "PT6S");
        CompletableFuture<String> told = new CompletableFuture<>();
        try (Worker breaks = site.worker(settings)) {
            breaks.whenBroken(told::complete);
            site.awaitShares(2);
            Thread lane = lanes().stream()
                    .filter(thread -> !before.contains(thread))
                    .findFirst()
                    .orElseThrow();
            lane.interrupt();
            Site.await("it breaks off", told::isDone);
            assertThat(told.join()).contains("its thread postroad-lane-", "has ended");
            assertThat(breaks.isReady()).isFalse();
            Site.await(
                    "the other worker has its shards",
                    () -> site.number("SELECT count(*) FROM postroad.shards WHERE owner = 'breaks'") == 0);
            Site.await(
                    "nobody expects a sign of it",
                    () -> site.number("SELECT count(*) FROM postroad.workers WHERE name = 'breaks'") == 0);
        }
        awaitAllIsWell();
        for (int shard = 0; shard < SHARDS; shard++) {
            site.trigger("asking", runOf(shard, "after-the-lane-"), "{}");
            assertThat(site.ended(runOf(shard, "after-the-lane-")).getLast().type())
                    .isEqualTo(EventType.RUN_COMPLETED);
        }
        try (Worker again = site.worker(settings);
                Caller other = new Caller(again.httpPort())) {
            assertThat(other.get("/health/live").status()).isEqualTo(200);
        }
        awaitAllIsWell();
    }

    private static List<Thread> lanes() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("postroad-lane-"))
                .toList();
    }

    private static String runOf(int shard, String prefix) {
        return IntStream.range(0, 1_000)
                .mapToObj(i -> prefix + i)
                .filter(runId -> site.shardOf(runId) == shard)
                .findFirst()
                .orElseThrow();
    }
}
