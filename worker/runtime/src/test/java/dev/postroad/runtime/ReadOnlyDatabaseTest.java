package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.EventType;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The database becomes read-only for a time, as in a fail-over, and can be written again. */
@NullMarked
class ReadOnlyDatabaseTest {
    private static final String GRAPH = """
        graph: asking
        nodes: { ask: { agent: test-puppet } }
        edges: [{ from: START, to: ask }, { from: ask, to: END }]
        """;

    private final Site site = Site.open();

    @AfterEach
    void close() {
        site.close();
    }

    @Test
    void runsUnderWayGoOnAndTheWorkerIsReadyAgainWithoutARestart() {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        List<String> underWay =
                IntStream.range(0, 20).mapToObj(i -> "under-way-" + i).toList();
        underWay.forEach(runId -> PuppetAgent.play(runId, call -> {
            mayAnswer.await();
            return PuppetAgent.nothing();
        }));
        PuppetAgent.play("meanwhile", call -> PuppetAgent.nothing());
        Worker worker = site.worker(Map.of());
        try (Caller caller = new Caller(worker.httpPort())) {
            site.apply(GRAPH);
            underWay.forEach(runId -> site.trigger("asking", runId, "{}"));
            Site.await(
                    "all are asked",
                    () -> underWay.stream()
                            .noneMatch(runId -> PuppetAgent.calls(runId).isEmpty()));

            site.readOnly(true);
            mayAnswer.countDown();
            site.trigger("asking", "meanwhile", "{}");
            Site.await("it says what it is", () -> {
                Caller.Reply health = caller.get("/health");
                return health.status() == 503 && health.text().contains("runs stand still: Postgres is read-only");
            });
            assertThat(caller.get("/health/ready").status()).isEqualTo(503);
            Site.await(
                    "reading goes on",
                    () -> caller.get("/api/runs/" + underWay.getFirst()).status() == 200);

            site.readOnly(false);
            underWay.forEach(
                    runId -> assertThat(site.ended(runId).getLast().type()).isEqualTo(EventType.RUN_COMPLETED));
            assertThat(site.ended("meanwhile").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
            Site.await("the worker is ready", () -> caller.get("/health/ready").status() == 200);
            Site.await(
                    "all is well",
                    () -> caller.get("/health").json().findValues("why").isEmpty());
        }
    }

    @Test
    void aWorkerWithoutRunsSaysItToo() {
        Worker worker = site.worker(Map.of());
        try (Caller caller = new Caller(worker.httpPort())) {
            site.readOnly(true);
            Site.await("it says what it is", () -> caller.get("/health").text().contains("Postgres is read-only"));
            site.readOnly(false);
            Site.await(
                    "all is well",
                    () -> caller.get("/health").json().findValues("why").isEmpty());
        }
    }
}
