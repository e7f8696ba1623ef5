package dev.postroad.runtime.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.runtime.history.agents.AgentFigures;
import dev.postroad.runtime.history.agents.AgentFigures.Latency;
import dev.postroad.runtime.history.agents.AgentHealth;
import dev.postroad.runtime.history.agents.AgentMetrics;
import dev.postroad.runtime.history.agents.AgentStats;
import dev.postroad.runtime.testing.BreakingDatabase;
import dev.postroad.runtime.testing.SetClock;
import dev.postroad.runtime.testing.Site;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of agents, from the end of an attempt to the answer. */
@NullMarked
final class FiguresWriterTest {
    private static final Site SITE = Site.open(1);
    private static final AgentReply DONE =
            new AgentReply.Completed(JsonNodeFactory.instance.objectNode(), new Usage(3, 2));
    private static final AgentReply FAILED = AgentReply.retryable("http.503", "overloaded");

    private static final Duration RETENTION = Duration.ofHours(2);

    private final Instant start = Instant.now().truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofMinutes(20));
    private final SetClock clock = new SetClock(start);
    private final AgentMetrics metrics = new AgentMetrics(SITE.database());

    private CallRecorder recorder() {
        return new CallRecorder(new SimpleMeterRegistry(), clock);
    }

    private FiguresWriter writer(CallRecorder recorder, DataSource database, String worker) {
        return new FiguresWriter(recorder, database, worker, RETENTION, clock);
    }

    /** A worker, as far as it is of interest here. */
    private final class Counting {
        private final CallRecorder recorder = recorder();
        private final FiguresWriter writer;

        Counting(String worker) {
            writer = FiguresWriterTest.this.writer(recorder, SITE.database(), worker);
        }

        void calls(int calls, AgentReply reply, long millis) {
            for (int i = 0; i < calls; i++) {
                recorder.observed("scout", "tour", reply, millis, true);
            }
        }
    }

    @BeforeEach
    void empty() {
        SITE.sql().useHandle(handle -> handle.execute("TRUNCATE postroad.agent_metrics, postroad.agents"));
    }

    @AfterAll
    static void close() {
        SITE.close();
    }

    private AgentStats stats() {
        return metrics.find("scout", start).orElseThrow();
    }

    @Test
    void whatAllWorkersDidAddsUpToRatesAndPercentiles() {
        Counting one = new Counting("one");
        Counting other = new Counting("other");
        Random random = new Random(7);
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            long took = (long) Math.exp(random.nextDouble() * 11);
            millis.add(took);
            (i % 3 == 0 ? one : other).calls(1, i % 10 == 0 ? FAILED : DONE, took);
            if (i % 2_500 == 0) {
                clock.pass(Duration.ofMinutes(1));
                one.writer.flush();
            }
        }
        one.writer.flush();
        other.writer.flush();
        millis.sort(null);

        AgentStats stats = stats();
        AgentFigures total = stats.total();
        assertThat(total.calls()).isEqualTo(10_000);
        assertThat(total.failures()).isEqualTo(1_000);
        assertThat(total.successRate()).hasValue(0.9);
        assertThat(total.inputTokens()).isEqualTo(27_000);
        assertThat(total.outputTokens()).isEqualTo(18_000);
        Latency latency = Objects.requireNonNull(total.latency());
        assertThat(latency.averageMillis())
                .isEqualTo(millis.stream().mapToLong(took -> took).average().orElseThrow());
        assertNear(latency.p50Millis(), millis.get(4_999));
        assertNear(latency.p95Millis(), millis.get(9_499));
        assertNear(latency.p99Millis(), millis.get(9_899));
        assertNear(latency.maxMillis(), millis.getLast());
        assertThat(stats.minutes()).hasSize(5);
        assertThat(stats.minutes().stream()
                        .mapToLong(minute -> minute.figures().calls())
                        .sum())
                .isEqualTo(10_000);
    }

    private static void assertNear(long told, long exact) {
        assertThat((double) told).isCloseTo((double) exact, within(exact * 0.01));
    }

    @Test
    void eachGraphHasFiguresOfItsOwn() {
        Counting one = new Counting("one");
        one.calls(2, DONE, 10);
        one.recorder.observed("scout", "errand", FAILED, 20, true);
        one.recorder.observed("cook", "tour", DONE, 30, true);
        one.writer.flush();

        assertThat(stats().total().calls()).isEqualTo(3);
        assertThat(stats().graphs())
                .extracting(AgentStats.OfGraph::graph, graph -> graph.figures().calls())
                .containsExactly(tuple("errand", 1L), tuple("tour", 2L));
    }

    @Test
    void callsThatDidNotReachTheirAgentSayNothingOfIt() {
        Counting one = new Counting("one");
        one.recorder.observed("scout", "tour", FAILED, 20, false);
        one.writer.flush();
        assertThat(metrics.find("scout", start)).isEmpty();
    }

    @Test
    void anAgentThatAsksOrSleepsHasDoneWell() {
        Counting one = new Counting("one");
        one.calls(1, new AgentReply.Interrupted(JsonNodeFactory.instance.textNode("why?")), 5);
        one.calls(1, new AgentReply.Sleeping(Duration.ofHours(1)), 5);
        one.writer.flush();
        assertThat(stats().total().successRate()).hasValue(1);
    }

    @Test
    void aWorkerThatIsStartedAgainWithinAMinuteGoesOnWithItsFigures() {
        Counting before = new Counting("one");
        before.calls(3, FAILED, 100);
        before.writer.flush();
        before.calls(1, DONE, 100);
        before.writer.flush();

        Counting after = new Counting("one");
        after.calls(2, DONE, 10);
        after.writer.flush();
        after.calls(4, DONE, 10);
        after.writer.flush();

        AgentFigures total = stats().total();
        assertThat(total.calls()).isEqualTo(10);
        assertThat(total.failures()).isEqualTo(3);
        assertThat(Objects.requireNonNull(total.latency()).p50Millis()).isEqualTo(10);
        assertThat(total.latency().maxMillis()).isEqualTo(100);
        assertThat(SITE.number("SELECT count(*) FROM postroad.agent_metrics")).isOne();
    }

    @Test
    void anAnswerOfPostgresThatGetsLostDoublesNoCall() {
        BreakingDatabase breaking = new BreakingDatabase(SITE.database());
        CallRecorder recorder = recorder();
        FiguresWriter writer = writer(recorder, breaking, "one");
        recorder.observed("scout", "tour", DONE, 10, true);
        writer.flush();
        recorder.observed("scout", "tour", DONE, 10, true);
        breaking.loseNextAnswer();
        writer.flush();
        assertThat(breaking.isIntact()).isTrue();
        clock.pass(Duration.ofMinutes(1));
        recorder.observed("scout", "tour", DONE, 10, true);
        // That of the question what stands there already.
        breaking.loseNextAnswer();
        writer.flush();
        writer.flush();
        assertThat(stats().total().calls()).isEqualTo(3);
    }

    @Test
    void noCallIsLostOrDoubledWhereManyThreadsCallWhileMinutesPassAndAreWritten() throws InterruptedException {
        Counting one = new Counting("one");
        int threads = 8;
        int calls = 20_000;
        CountDownLatch done = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            Thread.ofVirtual().start(() -> {
                for (int call = 0; call < calls; call++) {
                    one.calls(1, DONE, call % 50);
                }
                done.countDown();
            });
        }
        do {
            clock.pass(Duration.ofSeconds(20));
            one.writer.flush();
        } while (!done.await(1, TimeUnit.MILLISECONDS));
        one.writer.flush();

        assertThat(stats().total().calls() + one.recorder.dropped()).isEqualTo((long) threads * calls);
        assertThat(one.recorder.dropped()).isZero();
        clock.pass(Duration.ofMinutes(1));
        one.writer.flush();
        assertThat(one.recorder.cells().size()).isZero();
    }

    @Test
    void whilePostgresIsAwayOnlySoManyFiguresAreKeptAndTheRestIsCounted() {
        CallRecorder recorder = recorder();
        for (int i = 0; i < Cells.MOST + 5; i++) {
            recorder.observed("scout", "tour-" + i, DONE, 1, true);
        }
        recorder.observed("scout", "tour-0", DONE, 1, true);
        assertThat(recorder.cells().size()).isEqualTo(Cells.MOST);
        assertThat(recorder.dropped()).isEqualTo(5);
        writer(recorder, SITE.database(), "one").flush();
        assertThat(stats().total().calls()).isEqualTo(Cells.MOST + 1);
    }

    @Test
    void theLastErrorOfAnAgentIsKnown() {
        SITE.sql().useHandle(handle -> handle.execute("""
                INSERT INTO postroad.agents (name, kind, definition, published_at) VALUES ('scout', 'java', '{}', now())"""));
        Counting one = new Counting("one");
        Counting other = new Counting("other");
        one.calls(1, AgentReply.permanent("http.400", "no"), 5);
        clock.pass(Duration.ofSeconds(1));
        other.calls(1, FAILED, 5);
        other.calls(1, DONE, 5);
        other.writer.flush();
        one.writer.flush();

        AgentHealth health = Objects.requireNonNull(stats().health());
        assertThat(health.enabled()).isTrue();
        assertThat(health.breaker()).isEqualTo("closed");
        assertThat(health.lastError()).isEqualTo(Site.json("{'type': 'http.503', 'message': 'overloaded'}"));
        assertThat(health.lastErrorAt()).isEqualTo(start.plusSeconds(1));
    }

    @Test
    void whatIsNotWrittenYetIsWrittenWhenTheWorkerStops() {
        Counting one = new Counting("one");
        one.writer.start();
        one.calls(2, DONE, 10);
        one.writer.close();
        assertThat(stats().total().calls()).isEqualTo(2);
    }

    @Test
    void whatIsTooOldIsDeletedOnceAnHour() {
        Counting one = new Counting("one");
        one.calls(1, DONE, 10);
        one.writer.flush();
        clock.pass(RETENTION.minusMinutes(59));
        one.calls(1, DONE, 10);
        one.writer.flush();
        clock.pass(Duration.ofMinutes(59));
        one.writer.flush();
        assertThat(stats().total().calls()).isEqualTo(2);
        clock.pass(Duration.ofMinutes(1));
        one.writer.flush();
        assertThat(stats().total().calls()).isOne();
    }

    @Test
    void aScrapeShowsTheCallsOfEachAgentAndOfNoMoreThanItCanHold() {
        var registry = new SimpleMeterRegistry();
        var recorder = new CallRecorder(registry, clock);
        recorder.observed("scout", "tour", DONE, 30, true);
        recorder.observed("scout", "errand", FAILED, 3_000, true);
        for (int i = 1; i < CallMeters.MOST_AGENTS + 5; i++) {
            recorder.observed("agent-" + i, "tour", DONE, 1, true);
        }
        assertThat(registry.get("postroad.agent.calls")
                        .tags("agent", "scout", "outcome", "success")
                        .counter()
                        .count())
                .isOne();
        assertThat(registry.get("postroad.agent.calls")
                        .tags("agent", "scout", "outcome", "failure")
                        .counter()
                        .count())
                .isOne();
        assertThat(registry.get("postroad.agent.call")
                        .tag("agent", "scout")
                        .timer()
                        .totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(3_030);
        assertThat(registry.get("postroad.agent.call")
                        .tag("agent", CallMeters.OTHERS)
                        .timer()
                        .count())
                .isEqualTo(5);
    }
}
