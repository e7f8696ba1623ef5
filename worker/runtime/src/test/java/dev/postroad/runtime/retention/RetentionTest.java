package dev.postroad.runtime.retention;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.postgres.PostgresPlugin;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@NullMarked
class RetentionTest {
    private static final String GRAPHS = """
            agent: test-puppet
            kind: java
            ---
            graph: brief
            retention: PT1S
            state: { n: { reducer: sum, default: 0 } }
            nodes: { only: { agent: test-puppet, output: "{'n': 1}" } }
            edges: [ { from: START, to: only }, { from: only, to: END } ]
            ---
            graph: kept
            state: { n: { reducer: sum, default: 0 } }
            nodes: { first: { set: "{'n': 1}" }, second: { set: "{'n': 1}" } }
            edges: [ { from: START, to: first }, { from: first, to: second }, { from: second, to: END } ]
            """;

    private static final Site SITE = Site.open();
    private static final Jdbi SQL = Jdbi.create(SITE.database()).installPlugin(new PostgresPlugin());
    private static final RequestedRuns REQUESTS = new RequestedRuns(SQL);
    private static Caller caller = new Caller(0);

    @BeforeAll
    static void start() {
        SITE.apply(GRAPHS);
        Worker worker = SITE.worker(Map.of());
        caller = new Caller(worker.httpPort());
        Site.await("the graphs are there", () -> SITE.number("SELECT count(*) FROM postroad.graphs") == 2);
    }

    @AfterAll
    static void stop() {
        caller.close();
        SITE.close();
    }

    private static boolean isGone(String runId) {
        return SITE.history().find(runId).isEmpty()
                && SITE.history().pruned(runId).isPresent();
    }

    private static void prune(String runId) {
        assertThat(REQUESTS.ask(List.of(runId))).hasSize(1);
        Site.await("run " + runId + " is gone", () -> isGone(runId));
    }

    private static void awaitEvent(String runId, EventType type, String reason) {
        Site.await(
                "it is told of run " + runId,
                () -> SITE.published(runId).stream()
                        .anyMatch(event -> event.type() == type
                                && event.data().path("reason").asText().contains(reason)));
    }

    private static long rowsOfNobody() {
        return SITE.number("""
            SELECT (SELECT count(*) FROM postroad.journal j WHERE NOT EXISTS (
                        SELECT FROM postroad.runs r WHERE r.id = j.run))
                 + (SELECT count(*) FROM postroad.rows_to_prune)
                 + (SELECT count(*) FROM postroad.agent_logs l WHERE NOT EXISTS (
                        SELECT FROM postroad.runs r WHERE r.run_id = l.run_id))""");
    }

    @Test
    void aRunGoesWithAllThatHangsOnItOnceTheRetentionOfItsGraphIsOver() {
        PuppetAgent.play("short", call -> {
            call.log().info("at work");
            return PuppetAgent.nothing();
        });
        SITE.trigger("kept", "long", "{}");
        SITE.ended("long");
        SITE.trigger("brief", "short", "{}");
        Site.await("it is gone", () -> isGone("short"));
        Site.await("nothing of it is left", () -> rowsOfNobody() == 0);
        assertThat(SITE.history().find("long")).isPresent();
        assertThat(SITE.publishedOnce("short")).extracting(RunEvent::type).contains(EventType.RUN_COMPLETED);
    }

    @Test
    void aTriggerForAPrunedRunIsADuplicate() {
        SITE.trigger("kept", "once", "{}");
        SITE.ended("once");
        prune("once");
        SITE.trigger("kept", "once", "{}");
        awaitEvent("once", EventType.TRIGGER_DUPLICATE, "was pruned on 2");
        assertThat(SITE.history().find("once")).isEmpty();
    }

    @Test
    void aCommandForAPrunedRunIsRefusedWithTheTimeItWasPruned() {
        SITE.trigger("kept", "over", "{}");
        SITE.ended("over");
        prune("over");
        SITE.control("over", new Control.Retry());
        awaitEvent("over", EventType.COMMAND_REJECTED, "run over was pruned on 2");
        assertThat(SITE.number("SELECT count(*) FROM postroad.pending_commands WHERE run_id = 'over'"))
                .isZero();
    }

    @Test
    void whoAsksForAPrunedRunOverHttpIsToldSo() {
        SITE.trigger("kept", "seen", "{}");
        SITE.ended("seen");
        prune("seen");
        for (String path : List.of("", "/state", "/history", "/events", "/timeline", "/why", "/tasks", "/logs")) {
            Caller.Reply reply = caller.get("/api/runs/seen" + path);
            assertThat(reply.status()).as(path).isEqualTo(410);
            assertThat(reply.json().at("/error/code").asText()).isEqualTo("pruned");
            assertThat(reply.json().at("/error/message").asText()).startsWith("run seen was pruned on 2");
        }
        assertThat(caller.get("/api/runs/never").status()).isEqualTo(404);
    }

    @Test
    void aForkCanBeReadAndContinuedWhenTheRunIsGoneThatItWasMadeOf() {
        SITE.trigger("kept", "parent", "{}");
        SITE.ended("parent");
        SITE.control("parent", new Control.Fork(1, "child", null, null, null));
        SITE.ended("child");
        prune("parent");
        Site.await("nothing of it is left", () -> rowsOfNobody() == 0);
        SITE.control("child", new Control.Continue(JsonNodeFactory.instance.objectNode(), WhenBusy.REJECT));
        Site.await(
                "it went on",
                () -> SITE.journal("child").stream()
                                .filter(event -> event.type() == EventType.RUN_COMPLETED)
                                .count()
                        == 2);
        assertThat(SITE.history()
                        .state("child", null)
                        .orElseThrow()
                        .state()
                        .path("n")
                        .asInt())
                .isEqualTo(4);
    }

    @Test
    void aRunUnderWayIsNotDeletedThoughItIsOldAndAskedFor() {
        CountDownLatch mayEnd = new CountDownLatch(1);
        PuppetAgent.play("busy", call -> {
            mayEnd.await();
            return PuppetAgent.nothing();
        });
        SITE.trigger("brief", "busy", "{}");
        Site.await("it is under way", () -> !PuppetAgent.calls("busy").isEmpty());
        assertThat(REQUESTS.ask(List.of("busy"))).isEmpty();
        // Whoever asks, and whatever for: the pruner looks for itself.
        SITE.sql().useHandle(handle -> handle.execute("""
                INSERT INTO postroad.prune_requests (run, ended_at)
                SELECT id, now() FROM postroad.runs WHERE run_id = 'busy'"""));
        SITE.trigger("brief", "busy-2", "{}");
        Site.await("another one of its age is gone", () -> isGone("busy-2"));
        assertThat(SITE.history().find("busy")).isPresent();
        mayEnd.countDown();
        Site.await("it is gone once it has ended", () -> isGone("busy"));
    }

    /** Whatever comes first, the other sees it: no run is half there, and no command is lost. */
    @Test
    void aRunThatIsToldToGoOnWhileItIsPrunedGoesOnOrTheCommandIsRefused() {
        long seed = Long.getLong("postroad.seed", System.nanoTime());
        Random random = new Random(seed);
        List<String> runs = IntStream.range(0, 150).mapToObj(i -> "race-" + i).toList();
        runs.forEach(run -> SITE.trigger("kept", run, "{}"));
        Site.await(
                "all have ended",
                () -> SITE.number(
                                "SELECT count(*) FROM postroad.runs WHERE run_id LIKE 'race-%' AND status = 'completed'")
                        == runs.size());
        List<String> shuffled = new ArrayList<>(runs);
        Collections.shuffle(shuffled, random);
        for (String run : shuffled) {
            if (random.nextBoolean()) {
                REQUESTS.ask(List.of(run));
            }
            SITE.control(run, new Control.Continue(JsonNodeFactory.instance.objectNode(), WhenBusy.REJECT));
            REQUESTS.ask(List.of(run));
        }
        Site.await("all that was asked for is done", () -> REQUESTS.left() == 0 && SITE.controlIsCommitted());
        Site.await("seed " + seed + ": nothing is left of those that are gone", () -> rowsOfNobody() == 0);
        for (String run : runs) {
            if (isGone(run)) {
                continue;
            }
            Site.await(
                    "seed " + seed + ": run " + run + " went on",
                    () -> SITE.history().find(run).orElseThrow().status() == RunStatus.COMPLETED);
            assertThat(SITE.history()
                            .state(run, null)
                            .orElseThrow()
                            .state()
                            .path("n")
                            .asInt())
                    .as("seed %s, run %s", seed, run)
                    .isEqualTo(4);
        }
        Site.await("seed " + seed + ": each command was carried out or refused", () -> answered() == runs.size());
    }

    /** How many runs of the race have been told to go on, and did or were gone. */
    private static long answered() {
        return SITE.records(SITE.topics().events()).stream()
                .map(Site::event)
                .filter(event -> event.runId().startsWith("race-"))
                .filter(event -> event.type() == EventType.RUN_CONTINUED
                        || "pruned".equals(event.data().path("code").asText()))
                .map(RunEvent::runId)
                .distinct()
                .count();
    }

    @Test
    void anIdIsForgottenWhenItsTimeIsOverAndCanBeUsedAgain() {
        SITE.sql().useHandle(handle -> handle.execute("""
                INSERT INTO postroad.pruned_runs (run_id, graph, ended_at, pruned_at)
                VALUES ('old', 'kept', now() - interval '9 days', now() - interval '8 days'),
                       ('young', 'kept', now() - interval '9 days', now() - interval '6 days')"""));
        new LeftRows(SQL).expire(Duration.ofDays(7), 1_000);
        assertThat(SITE.history().pruned("old")).isEmpty();
        assertThat(SITE.history().pruned("young")).isPresent();
        SITE.trigger("kept", "old", "{}");
        SITE.ended("old");
    }
}
