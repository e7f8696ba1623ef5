package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.LogLines;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.WorkerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No run waits longer because some machine's clock is wrong, or was, and no subscriber misses anything for it. */
@NullMarked
class ClocksTest {
    private static final String GRAPHS = """
        graph: naps
        state: { log: { reducer: append } }
        nodes:
          before: { set: "{'log': ['before']}" }
          nap: { sleep: "'PT2S'" }
          after: { set: "{'log': ['after']}" }
        edges:
          - { from: START, to: before }
          - { from: before, to: nap }
          - { from: nap, to: after }
          - { from: after, to: END }
        ---
        agent: nobody-is-there
        kind: http
        url: http://127.0.0.1:1/
        ---
        graph: tries
        state: { answer: {} }
        nodes: { ask: { agent: nobody-is-there, retry: { maxAttempts: 3, backoff: PT1S } } }
        edges: [{ from: START, to: ask }, { from: ask, to: END }]
        ---
        graph: quick
        state: { n: { reducer: sum } }
        nodes: { one: { set: "{'n': 1}" } }
        edges:
          - { from: START, to: one }
          - { from: one, when: "state.n < 5", to: one }
          - { from: one, otherwise: true, to: END }
        """;

    private final Site site = Site.open();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @BeforeEach
    void publish() {
        site.apply(GRAPHS);
    }

    @AfterEach
    void close() {
        site.close();
    }

    /** A machine's clock that is off; what goes on evenly does so, as on any machine. */
    private static InstantSource clockThatIsOff(String by) {
        return InstantSource.offset(InstantSource.system(), Duration.parse(by));
    }

    /** A worker that can be killed, on such a machine. */
    private WorkerProcess mortal(String by) {
        WorkerProcess worker = WorkerProcess.start(
                site.mortal(Map.of(WorkerProcess.CLOCK_OFF, by)), List.of(), directory.resolve("off.log"));
        worker.awaitReady();
        return worker;
    }

    private void awaitNap(String runId) {
        site.journalWith(runId, event -> event.type() == EventType.NODE_WAITING);
    }

    private void assertAllIsPublishedInOrder(String runId) {
        List<RunEvent> journal = site.ended(runId);
        Site.await(
                "all of " + runId + " is published",
                () -> site.publishedOnce(runId).size() == journal.size());
        assertThat(site.publishedOnce(runId))
                .extracting(RunEvent::seq)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, journal.size()).boxed().toList());
    }

    private long rowsThatAreOff() {
        return site.number("SELECT count(*) FROM postroad.journal WHERE abs(extract(epoch FROM at - now())) > 300");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT10M", "PT-10M"})
    void aWorkerWhoseMachinesClockIsWrongGoesByPostgresAndSaysSo(String by) {
        try (LogLines log = LogLines.listen()) {
            Caller caller = new Caller(site.worker(Map.of(), clockThatIsOff(by)).httpPort());
            site.trigger("naps", "nap", "{}");
            site.trigger("tries", "try", "{}");
            assertAllIsPublishedInOrder("nap");
            assertAllIsPublishedInOrder("try");
            assertThat(rowsThatAreOff()).isZero();
            assertThat(caller.get("/health").json().at("/parts/clock").toString())
                    .contains("degraded", "this machine's clock is 600.0 s ", "that of Postgres");
            assertThat(caller.get("/metrics").text()).containsPattern("postroad_clock_skew_seconds -?(599\\.|600\\.)");
            caller.close();
            assertThat(log.all())
                    .filteredOn(line -> line.contains("this machine's clock is 600.0 s "))
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sleepsAndRetriesOfAShardEndInTimeAfterAWorkerOwnedItWhoseClockWasFast(boolean killed) {
        WorkerProcess process = killed ? mortal("PT10M") : null;
        if (process == null) {
            site.worker(Map.of(), clockThatIsOff("PT10M"));
        }
        for (int i = 0; i < 8; i++) {
            site.trigger("naps", "nap-" + i, "{}");
        }
        // So few that the agent's circuit breaker stays closed.
        site.trigger("tries", "try-0", "{}");
        site.trigger("tries", "try-1", "{}");
        IntStream.range(0, 8).forEach(i -> awaitNap("nap-" + i));
        if (process == null) {
            site.stopWorkers();
        } else {
            process.kill();
        }
        site.worker();
        site.trigger("naps", "later", "{}");
        for (int i = 0; i < 8; i++) {
            assertAllIsPublishedInOrder("nap-" + i);
        }
        assertAllIsPublishedInOrder("try-0");
        assertAllIsPublishedInOrder("try-1");
        assertAllIsPublishedInOrder("later");
        assertThat(rowsThatAreOff()).isZero();
    }

    /** As a release left it that went by its machine's clock, or a Postgres whose clock was set back since. */
    @Test
    void timersGoByTheRealTimeThoughTheStampsOfTheShardAreAhead() {
        site.worker();
        site.trigger("quick", "before", "{}");
        site.ended("before");
        site.stopWorkers();
        site.sql()
                .useHandle(handle -> handle.execute(
                        "UPDATE postroad.shards SET published_at = published_at + interval '10 minutes'"));
        site.worker();
        site.trigger("naps", "nap", "{}");
        site.trigger("tries", "try", "{}");
        assertAllIsPublishedInOrder("nap");
        assertAllIsPublishedInOrder("try");
        assertThat(site.number("""
            SELECT count(*) FROM postroad.journal j JOIN postroad.runs r ON r.id = j.run
            WHERE r.run_id IN ('nap', 'try') AND j.at < now() + interval '9 minutes'\
            """))
                .as("rows to come are newer than what is said to be published")
                .isZero();
        assertThat(site.number("SELECT count(*) FROM postroad.runs WHERE wake_at > now() + interval '1 minute'"))
                .isZero();
    }

    @Test
    void nothingIsMissedThatIsCommittedWhileRowsAreReadBackWhoseStampsAreAhead() {
        site.worker();
        site.trigger("quick", "first", "{}");
        int rows = site.ended("first").size();
        site.stopWorkers();
        for (int i = 0; i < 500; i++) {
            site.copyBeginning("first", rows, "copy-" + i, "completed");
        }
        site.sql().useHandle(handle -> {
            handle.execute("UPDATE postroad.journal SET at = at + interval '3 days'");
            handle.execute("UPDATE postroad.shards SET published_at = now() - interval '1 minute'");
        });
        site.worker();
        for (int i = 0; i < 50; i++) {
            site.trigger("quick", "new-" + i, "{}");
        }
        for (int i = 0; i < 50; i++) {
            assertAllIsPublishedInOrder("new-" + i);
        }
        assertAllIsPublishedInOrder("copy-499");
    }
}
