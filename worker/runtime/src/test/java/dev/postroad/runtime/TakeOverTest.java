package dev.postroad.runtime;

import static dev.postroad.runtime.testing.TraceReceiver.attribute;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.workers.WorkerRegister;
import dev.postroad.runtime.history.workers.WorkerReport;
import dev.postroad.runtime.testing.BusyAgent;
import dev.postroad.runtime.testing.HoardingAgent;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Servers;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.TraceReceiver;
import dev.postroad.runtime.testing.WorkerProcess;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose a shard is while workers die, freeze, leave and come, and while Postgres does. */
@NullMarked
class TakeOverTest {
    private static final int SHARDS = 4;
    private static final String GRAPHS = """
            graph: busy
            state: { sum: { reducer: last }, log: { reducer: append } }
            nodes:
              first: { agent: test-busy, input: "{'sum': 1}" }
              nap: { sleep: "'PT0.05S'" }
              second: { agent: test-busy, input: "{'sum': 2, 'fails': 1}", retry: { backoff: PT0.01S } }
            edges: [{ from: START, to: first }, { from: first, to: nap }, { from: nap, to: second }, { from: second, to: END }]
            budget: { key: run.graph, cost: 1000000, per: P31D }
            ---
            graph: questions
            state: { sum: { reducer: last }, log: { reducer: append } }
            nodes: { first: { agent: test-busy, input: "{'sum': 1}" }, ask: { interrupt: "'go on?'" } }
            edges: [{ from: START, to: first }, { from: first, to: ask }, { from: ask, to: END }]
            ---
            graph: hoarding
            nodes: { hoard: { agent: test-hoarder } }
            edges: [{ from: START, to: hoard }, { from: hoard, to: END }]
            ---
            graph: asking
            state: { answer: { reducer: last } }
            nodes: { ask: { agent: test-puppet } }
            edges: [{ from: START, to: ask }, { from: ask, to: END }]
            ---
            graph: crowding
            nodes: { ask: { agent: test-puppet, bulkhead: { calls: 1, maxWait: PT1H } } }
            edges: [{ from: START, to: ask }, { from: ask, to: END }]
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path directory;

    private final Site site = Site.open(SHARDS);
    private final Map<String, WorkerProcess> workers = new HashMap<>();
    private final TraceReceiver receiver = TraceReceiver.open();
    private Map<String, String> traces = Map.of();

    @AfterEach
    void close() {
        workers.values().forEach(WorkerProcess::close);
        site.close();
        receiver.close();
    }

    @Test
    void theRunsOfAKilledWorkerGoOnBeforeKafkaNoticesThatItIsGone() {
        traces = new HashMap<>(receiver.settings());
        traces.put("OTEL_BSP_MAX_QUEUE_SIZE", "20000");
        launch("a", "b", "c");
        site.apply(GRAPHS);
        List<String> questions =
                IntStream.range(0, 3 * SHARDS).mapToObj(i -> "question-" + i).toList();
        questions.forEach(runId -> site.trigger("questions", runId, "{}"));
        Site.await("a has told of a run that waits", () -> ofA(questions).isPresent());
        String moved = ofA(questions).orElseThrow();
        List<String> runs = triggerUntilRunningOn("a");
        worker("a").kill();
        Instant killedAt = Instant.now();
        runs.forEach(runId -> assertThat(site.ended(runId).getLast().type()).isEqualTo(EventType.RUN_COMPLETED));
        isPaidOnce(runs.size());
        areTracedToTheirEnd(runs, killedAt);
        site.control(moved, Control.Resume.with(Site.json("{'sum': 2}")));
        site.ended(moved);
        receiver.await(moved, "invoke_workflow", 2);
        assertThat(receiver.workers(moved)).contains("a").hasSize(2);
        areTracedToTheirEnd(List.of(moved), killedAt);
        assertThat(owned("a")).isZero();
        assertThat(owned("b")).as("they are spread").isPositive();
        assertThat(owned("c")).as("they are spread").isPositive();
        WorkerReport report = new WorkerRegister(site.database()).report();
        assertThat(report.workers()).extracting(WorkerReport.Living::name).containsExactly("b", "c");
        assertThat(report.workers())
                .extracting(WorkerReport.Living::lag)
                .as("each says how far its triggers are read")
                .doesNotContainNull();
        // By its lease, and before it was killed too, where the machine stands still for that long.
        assertThat(report.takeOvers())
                .filteredOn(takeOver -> takeOver.worker().equals("a"))
                .isNotEmpty()
                .extracting(WorkerReport.TakeOver::why)
                .isSubsetOf("its session ended, and it took no other", "it gave no sign for its lease");
    }

    private Optional<String> ofA(List<String> runs) {
        return runs.stream()
                .filter(runId -> receiver.workers(runId).contains("a"))
                .findFirst();
    }

    /** The dead worker takes with it the spans that it had not sent yet, of what ended shortly before; no others are lost. */
    private void areTracedToTheirEnd(List<String> runs, Instant killedAt) {
        for (String runId : runs) {
            List<RunEvent> journal = site.journal(runId);
            if (journal.getLast().at().isAfter(killedAt)) {
                List<RunEvent> after = journal.stream()
                        .filter(event -> event.at().isAfter(killedAt) && event.type() == EventType.NODE_COMPLETED)
                        .toList();
                Site.await(
                        "the end of run " + runId,
                        () -> receiver.spans(runId).stream()
                                .anyMatch(span -> span.getName().startsWith("invoke_workflow")
                                        && attribute(span, "postroad.outcome").equals("completed")));
                assertThat(receiver.spans(runId))
                        .extracting(Span::getName)
                        .containsAll(after.stream()
                                .map(event -> "task " + event.node())
                                .toList());
            }
            assertThat(receiver.spans(runId).stream().map(TraceReceiver::trace).distinct())
                    .as(runId)
                    .hasSizeLessThanOrEqualTo(1);
        }
    }

    /** Each run has made three calls whose answers count, one of them failed; what was called twice is paid for once. */
    private void isPaidOnce(long runs) {
        long tokens = 3 * BusyAgent.USED.tokens();
        assertThat(site.number("SELECT count(*) FROM postroad.runs WHERE tokens = " + tokens + " AND cost = 1.5"))
                .isEqualTo(runs);
        assertThat(site.number("SELECT sum(tokens) FROM postroad.budgets WHERE key = 'busy'"))
                .isEqualTo(runs * tokens);
        assertThat(site.number("SELECT sum(cost * 2) FROM postroad.budgets WHERE key = 'busy'"))
                .isEqualTo(runs * 3);
        assertThat(site.number("SELECT sum(input_tokens + output_tokens) FROM postroad.tasks WHERE graph = 'busy'"))
                .isEqualTo(runs * tokens);
    }

    @Test
    void aWorkerThatHasNoMemoryLeftEndsAndItsRunsGoOn() {
        launch(List.of("-Xmx80m", "-D" + HoardingAgent.HOARDS + "=true"), "a", "b");
        site.apply(GRAPHS);
        AtomicInteger triggered = new AtomicInteger();
        // It ends after some seconds of processor time, nearly all of it for collections that find nothing; where the
        // machine is busy, that takes minutes.
        Awaitility.await("it has ended").atMost(Site.LIMIT.multipliedBy(3)).until(() -> {
            // Where it is so slow that it is taken for dead meanwhile, all runs so far may have become another's.
            if (runs("completed") == triggered.get()) {
                IntStream.range(0, 8)
                        .forEach(_ -> site.trigger("hoarding", "run-" + triggered.getAndIncrement(), "{}"));
            }
            return worker("a").hasEnded();
        });
        assertThat(worker("a").awaitEnd()).isEqualTo(WorkerProcess.BROKEN);
        // All that it has read; what it has not is read when Kafka knows.
        long admitted = site.number("SELECT count(*) FROM postroad.runs");
        assertThat(admitted).isPositive();
        Site.await("its runs have ended elsewhere", () -> runs("completed") >= admitted);
        Site.await("its shards are another's", () -> owned("b") == SHARDS);
        assertThat(worker("a").output()).contains(HoardingAgent.FULL);
    }

    @Test
    void aFrozenWorkerIsTakenOverFromAndTakesPartAgainWhenItWakes() throws IOException {
        launch("a", "b");
        site.apply(GRAPHS);
        List<String> runs = triggerUntilRunningOn("a");
        worker("a").freeze();
        Site.await("its shards are another's", () -> owned("a") == 0);
        runs.forEach(runId -> assertThat(site.ended(runId).getLast().type()).isEqualTo(EventType.RUN_COMPLETED));
        isPaidOnce(runs.size());
        long before = calls("a");
        worker("a").wake();
        Site.await("it has its share again, as Kafka never took it away", () -> owned("a") == SHARDS / 2);
        assertThat(calls("a") - before)
                .as(
                        "a call may go on that froze between the look at the lease and the agent: one a thread; no other begins")
                .isLessThanOrEqualTo(Runtime.getRuntime().availableProcessors());
        List<String> more = trigger(40, "more-");
        more.forEach(runId -> assertThat(site.ended(runId).getLast().type()).isEqualTo(EventType.RUN_COMPLETED));
        assertThat(calls("a")).isGreaterThan(before);
    }

    @Test
    void aWorkerWhoseSessionsAreEndedKeepsItsShards() {
        site.workers(2);
        site.apply(GRAPHS);
        long epochs = epochs();
        for (int i = 0; i < 5; i++) {
            // One that was ended is seen for a moment yet, as if it were the next one.
            Site.await("sessions are ended", () -> endSessions("application_name LIKE 'postroad % lease'") > 0);
            Site.await("they have sessions again", () -> leaseSessions() == 2);
        }
        trigger(20).forEach(runId -> site.ended(runId));
        assertThat(epochs()).isEqualTo(epochs);
        assertThat(site.number("SELECT count(*) FROM postroad.take_overs")).isZero();
    }

    @Test
    void nobodyTakesOverFromAnybodyWhenPostgresWasAwayForLongerThanALease() {
        site.workers(2);
        site.apply(GRAPHS);
        trigger(5).forEach(runId -> site.ended(runId));
        long epochs = epochs();
        site.shutPostgres();
        // As long as no session is there, no sign can be given.
        long since = serverMillis();
        Site.await("a lease and a half are over", () -> serverMillis() > since + 4_500);
        site.openPostgres();
        Site.await("they have sessions again", () -> leaseSessions() == 2);
        trigger(20, "after-").forEach(runId -> site.ended(runId));
        assertThat(epochs()).isEqualTo(epochs);
        assertThat(site.number("SELECT count(*) FROM postroad.take_overs")).isZero();
    }

    @Test
    void aCallThatIsUnderWayWhenItsWorkerIsStoppedEndsThereWhileItsRunIsElsewhere() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        Worker leaves = site.worker(Map.of("POSTROAD_DRAIN", "PT1M", "POSTROAD_WORKER_ID", "leaves"));
        site.apply(GRAPHS);
        List<String> asked = IntStream.range(0, 8).mapToObj(i -> "asked-" + i).toList();
        for (String runId : asked) {
            PuppetAgent.play(runId, call -> {
                answer.await();
                return PuppetAgent.nothing();
            });
            site.trigger("asking", runId, "{}");
        }
        asked.forEach(runId ->
                Site.await("the agent is called", () -> PuppetAgent.calls(runId).size() == 1));
        site.worker(Map.of("POSTROAD_WORKER_ID", "stays"));
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(leaves::close);
        Site.await("all shards are the other's", () -> owned("stays") == SHARDS);
        List<String> others = trigger(20, "others-");
        others.forEach(runId -> assertThat(site.ended(runId).getLast().type()).isEqualTo(EventType.RUN_COMPLETED));
        assertThat(stopped).isNotDone();
        answer.countDown();
        for (String runId : asked) {
            assertThat(site.ended(runId).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
            assertThat(PuppetAgent.calls(runId)).as("calls of %s", runId).hasSize(1);
        }
        stopped.join();
        Site.await("nothing is left", () -> site.number("SELECT count(*) FROM postroad.left_calls") == 0);
    }

    /**
     * A lane that stands still drops nothing of a shard that is given away meanwhile, so that it is its calls that have to
     * know it: they were made after another worker had their results, and after the end of their runs.
     */
    @Test
    void aCallThatWaitsForItsPlaceIsMadeByWhoeverHasItsShardThenAndByNobodyElse() throws Exception {
        CountDownLatch place = new CountDownLatch(1);
        // However slow the machine is, nobody is taken for dead.
        site.worker(Map.of("POSTROAD_WORKER_ID", "stands", "POSTROAD_LANES", "1", "POSTROAD_LEASE", "PT5M"));
        site.apply(GRAPHS);
        PuppetAgent.play("first", call -> {
            if (PuppetAgent.calls("first").size() == 1) {
                place.await();
            }
            return PuppetAgent.nothing();
        });
        site.trigger("crowding", "first", "{}");
        Site.await("it has the place", () -> PuppetAgent.calls("first").size() == 1);
        List<String> waiting =
                IntStream.range(0, 24).mapToObj(i -> "waits-" + i).toList();
        waiting.forEach(runId -> site.trigger("crowding", runId, "{}"));
        Site.await(
                "all others are to be called",
                () -> site.number("SELECT count(*) FROM postroad.journal WHERE type = 'node.started'")
                        == 1 + waiting.size());
        try (Connection holding = DriverManager.getConnection(
                        site.postgresUrl(), Servers.get().postgresUser(), "");
                Statement statement = holding.createStatement()) {
            holding.setAutoCommit(false);
            // The lowest stays where it is when another worker comes, and is written to before the others.
            statement.execute("SELECT FROM postroad.shards WHERE shard = 0 FOR UPDATE");
            Site.await(
                    "the lane stands still",
                    () -> site.number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                                    + " AND application_name = 'postroad stands' AND wait_event_type = 'Lock'")
                            > 0);
            site.worker(Map.of("POSTROAD_WORKER_ID", "goes", "POSTROAD_LEASE", "PT5M"));
            Site.await(
                    "the runs that are elsewhere have ended",
                    () -> owned("goes") == SHARDS / 2
                            && site.number("SELECT count(*) FROM postroad.runs JOIN postroad.shards USING (shard)"
                                            + " WHERE owner = 'goes' AND status <> 'completed'")
                                    == 0);
            place.countDown();
            List<String> kept = waitingOf("stands");
            assertThat(kept).hasSizeBetween(1, waiting.size() - 1);
            Site.await(
                    "all that stayed are called",
                    () -> kept.stream()
                            .noneMatch(runId -> PuppetAgent.calls(runId).isEmpty()));
        }
        waiting.forEach(runId -> assertThat(site.ended(runId).getLast().type()).isEqualTo(EventType.RUN_COMPLETED));
        assertThat(waiting)
                .allSatisfy(runId -> assertThat(PuppetAgent.calls(runId)).hasSize(1));
    }

    private List<String> waitingOf(String worker) {
        String sql = "SELECT run_id FROM postroad.runs JOIN postroad.shards USING (shard)"
                + " WHERE owner = ? AND starts_with(run_id, 'waits-')";
        return site.sql()
                .withHandle(
                        handle -> handle.select(sql, worker).mapTo(String.class).list());
    }

    /** The first in a process of its own, which can be killed and frozen; the others in this one. */
    private void launch(String mortal, String... others) {
        launch(List.of("-D" + BusyAgent.NOTES + "=" + notes(mortal)), mortal, others);
    }

    private void launch(List<String> flags, String mortal, String... others) {
        workers.put(
                mortal,
                WorkerProcess.start(site.environment(settings(mortal)), flags, directory.resolve(mortal + ".log")));
        List.of(others).forEach(name -> site.worker(settings(name)));
        worker(mortal).awaitReady();
        List<String> all = Stream.concat(Stream.of(mortal), Stream.of(others)).toList();
        Site.await("each has its share", () -> all.stream().allMatch(name -> owned(name) >= SHARDS / all.size()));
    }

    private Map<String, String> settings(String name) {
        Map<String, String> settings = new HashMap<>(traces);
        settings.putAll(Map.of(
                "POSTROAD_WORKER_ID",
                name,
                // Kafka does not notice a death within the time of a test.
                "POSTROAD_SESSION_TIMEOUT",
                "PT10M",
                "POSTROAD_MAX_RUNS",
                "8"));
        return settings;
    }

    private Path notes(String name) {
        return directory.resolve(name + ".calls");
    }

    private long calls(String name) throws IOException {
        return Files.exists(notes(name)) ? Files.readAllLines(notes(name)).size() : 0;
    }

    private WorkerProcess worker(String name) {
        return Objects.requireNonNull(workers.get(name));
    }

    private List<String> trigger(int runs) {
        return trigger(runs, "run-");
    }

    private List<String> trigger(int runs, String prefix) {
        List<String> ids = IntStream.range(0, runs).mapToObj(i -> prefix + i).toList();
        ids.forEach(runId -> site.trigger("busy", runId, "{}"));
        // What a worker has not read when it dies is read when Kafka knows.
        Site.await(
                "all are admitted",
                () -> site.number("SELECT count(*) FROM postroad.runs WHERE starts_with(run_id, ?)", prefix) == runs);
        return ids;
    }

    /** On a busy machine runs may all have ended before the last of them is seen to be admitted: then more come. */
    private List<String> triggerUntilRunningOn(String worker) {
        List<String> runs = new ArrayList<>(trigger(300));
        Site.await(worker + " has runs in hand", () -> {
            if (runs("completed") >= runs.size()) {
                runs.addAll(trigger(100, "run-" + runs.size() + "-"));
            }
            return site.number(
                            "SELECT count(*) FROM postroad.runs JOIN postroad.shards USING (shard)"
                                    + " WHERE owner = ? AND status IN ('running', 'waiting') AND graph <> 'questions'",
                            worker)
                    > 0;
        });
        return runs;
    }

    private long runs(String status) {
        return site.number("SELECT count(*) FROM postroad.runs WHERE status = ?", status);
    }

    private long owned(String worker) {
        return site.number("SELECT count(*) FROM postroad.shards WHERE owner = ?", worker);
    }

    private long epochs() {
        return site.number("SELECT sum(epoch) FROM postroad.shards");
    }

    private long leaseSessions() {
        return site.number("""
                SELECT count(DISTINCT l.pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                WHERE l.locktype = 'advisory' AND l.mode = 'ExclusiveLock' AND a.datname = current_database()
                  AND a.application_name LIKE 'postroad % lease'""");
    }

    private long endSessions(String which) {
        return site.number("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                + " WHERE datname = current_database() AND " + which);
    }

    /** The time of the server, by another database. */
    private static long serverMillis() {
        return Jdbi.create(Servers.get().postgresUrl(), Servers.get().postgresUser(), "")
                .withHandle(handle -> handle.select("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")
                        .mapTo(Long.class)
                        .one());
    }
}
