package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.StartAt;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.runtime.history.reasons.RunDiagnosis;
import dev.postroad.runtime.history.runs.RunSummary;
import dev.postroad.runtime.observe.PartHealth;
import dev.postroad.runtime.observe.QueueWait;
import dev.postroad.runtime.observe.UnansweredException;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that are triggered now, and are to begin later. */
@NullMarked
class StartTimesTest {
    private static final Site SITE = Site.open();

    @BeforeAll
    static void start() {
        SITE.apply("""
            graph: quick
            state: { log: { reducer: append } }
            nodes: { note: { set: "{'log': ['done']}" } }
            edges: [{ from: START, to: note }, { from: note, to: END }]
            ---
            graph: narrow
            state: { log: { reducer: append } }
            nodes: { note: { set: "{'log': ['done']}" } }
            edges: [{ from: START, to: note }, { from: note, to: END }]
            limits: { runs: 1 }
            ---
            graph: fair
            state: { tenant: {}, log: { reducer: append } }
            nodes: { note: { set: "{'log': ['done']}" } }
            edges: [{ from: START, to: note }, { from: note, to: END }]
            queue: { fairness: { key: input.tenant, weight: "input.tenant == 'gold' ? 2 : 1" } }
            ---
            graph: fairAndLimited
            state: { tenant: {}, log: { reducer: append } }
            nodes: { note: { set: "{'log': ['done']}" } }
            edges: [{ from: START, to: note }, { from: note, to: END }]
            queue: { fairness: { key: input.tenant }, concurrency: [{ runs: 2 }] }
            """);
        SITE.worker();
        Site.await("the graphs are there", () -> SITE.number("SELECT count(*) FROM postroad.graphs") == 4);
    }

    @AfterAll
    static void close() {
        SITE.close();
    }

    @Test
    void runBeginsAtItsTimeAlsoAfterItsWorkerHasGone() {
        Instant before = InstantSource.system().instant().truncatedTo(ChronoUnit.MILLIS);
        Instant time = before.plusSeconds(5);
        trigger("quick", "timed", new StartAt.At(time));
        trigger("quick", "delayed", new StartAt.After(Duration.ofSeconds(5)));
        Instant after = InstantSource.system().instant();
        trigger("narrow", "limited", new StartAt.At(time));
        trigger("narrow", "first", null);
        for (String run : List.of("timed", "delayed", "limited")) {
            Site.await(run + " is queued", () -> find(run));
        }
        SITE.stopWorkers();
        SITE.worker();
        SITE.ended("first");
        for (String run : List.of("timed", "limited")) {
            assertThat(started(run)).isAfterOrEqualTo(time.minusMillis(1));
        }
        RunEvent queued = SITE.journal("delayed").getFirst();
        Instant startAt = Instant.parse(
                Objects.requireNonNull(queued.data().path("startAt").textValue()));
        assertThat(startAt).isBetween(before.plusSeconds(5), after.plusSeconds(5));
        assertThat(started("delayed")).isAfterOrEqualTo(startAt.minusMillis(1));
    }

    @Test
    void runOfAnotherYearIsQueuedAndCanBeCancelled() throws UnansweredException {
        Instant time = Instant.parse("2099-12-31T08:00:00Z");
        trigger("quick", "far", new StartAt.At(time));
        trigger("quick", "now", null);
        SITE.ended("now");
        Site.await("it is queued", () -> find("far"));
        RunSummary far = SITE.history().find("far").orElseThrow();
        assertThat(far.status()).isEqualTo(RunStatus.QUEUED);
        assertThat(Objects.requireNonNull(far.waits()).until()).isEqualTo(time);
        assertThat(new RunDiagnosis(SITE.database()).of("far").orElseThrow().toString())
                .contains("the run is not to begin before 2099-12-31T08:00:00Z");
        SITE.sql()
                .useHandle(handle -> handle.execute(
                        "UPDATE postroad.runs SET queued_at = queued_at - interval '1 hour' WHERE run_id = 'far'"));
        assertThat(new QueueWait(SITE.database()).look()).isInstanceOf(PartHealth.Ok.class);
        SITE.control("far", new Control.Cancel("no more"));
        assertThat(SITE.ended("far").getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
    }

    @Test
    void timeThatIsPastIsNow() {
        trigger("quick", "late", new StartAt.At(Instant.EPOCH));
        assertThat(SITE.ended("late").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fair", "fairAndLimited"})
    void manyOfOneKeyThatBecomeDueAtOneMomentTakeTurnsWithOthersAlsoAfterATakeOver(String graph) {
        Instant time = InstantSource.system().instant().plusSeconds(4);
        for (int i = 0; i < 30; i++) {
            trigger(graph, graph + "-many-" + i, "many", time);
        }
        trigger(graph, graph + "-gold-1", "gold", time);
        trigger(graph, graph + "-gold-2", "gold", time);
        String ofGraph = " FROM postroad.runs WHERE graph = '" + graph + "' AND ";
        Site.await("all are queued", () -> SITE.number("SELECT count(*)" + ofGraph + "true") == 32);
        assertThat(SITE.number("SELECT count(*)" + ofGraph + "ranks_at = wake_at"))
                .isEqualTo(32);
        SITE.stopWorkers();
        SITE.worker();
        Site.await("all have ended", () -> SITE.number("SELECT count(*)" + ofGraph + "status = 'completed'") == 32);
        assertThat(SITE.number("SELECT count(*)" + ofGraph + "ranks_at IS NOT NULL"))
                .isZero();
        assertThat(SITE.number("SELECT count(*)" + ofGraph + "fair_key = 'many' AND rank <= (SELECT max(rank)" + ofGraph
                        + "fair_key = 'gold')"))
                .as("those of a tenant that go before the last of another's two")
                .isLessThanOrEqualTo(3);
    }

    private static boolean find(String runId) {
        return SITE.history().find(runId).isPresent();
    }

    private static Instant started(String runId) {
        return SITE.ended(runId).stream()
                .filter(event -> event.type() == EventType.RUN_STARTED)
                .findFirst()
                .orElseThrow()
                .at();
    }

    private static void trigger(String graph, String runId, String tenant, Instant time) {
        trigger(graph, runId, JsonNodeFactory.instance.objectNode().put("tenant", tenant), new StartAt.At(time));
    }

    private static void trigger(String graph, String runId, @Nullable StartAt startAt) {
        trigger(graph, runId, JsonNodeFactory.instance.objectNode(), startAt);
    }

    private static void trigger(String graph, String runId, ObjectNode input, @Nullable StartAt startAt) {
        SITE.client()
                .trigger(new Trigger(new Trigger.OfGraph(graph, null), runId, input, 0, null, Map.of(), startAt, null));
    }
}
