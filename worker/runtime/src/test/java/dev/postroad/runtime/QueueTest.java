package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.runtime.history.reasons.ReasonCode;
import dev.postroad.runtime.history.reasons.RunDiagnosis;
import dev.postroad.runtime.history.runs.LimitListing;
import dev.postroad.runtime.history.runs.LimitReport;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who waits, and who is next. */
@NullMarked
class QueueTest {
    private static final String GRAPHS = """
            graph: quick
            state: { log: { reducer: append } }
            nodes: { only: { set: "{'log': ['only']}" } }
            edges: [{ from: START, to: only }, { from: only, to: END }]
            ---
            graph: long
            state: { log: { reducer: append } }
            nodes: { only: { agent: test-puppet } }
            edges: [{ from: START, to: only }, { from: only, to: END }]
            ---
            graph: few
            state: { log: { reducer: append } }
            nodes:
              only: { agent: test-puppet }
              rest: { sleep: "'PT0.02S'" }
            edges: [{ from: START, to: only }, { from: only, to: rest }, { from: rest, to: END }]
            limits: { runs: 3 }
            ---
            graph: one
            state: { log: { reducer: append } }
            nodes: { only: { agent: test-puppet } }
            edges: [{ from: START, to: only }, { from: only, to: END }]
            limits: { runs: 1 }
            ---
            graph: fair
            state: { tenant: {}, log: { reducer: append } }
            nodes: { only: { set: "{'log': ['only']}" } }
            edges: [{ from: START, to: only }, { from: only, to: END }]
            queue: { fairness: { key: input.tenant, weight: "input.tenant == 'gold' ? 3 : 1" } }
            ---
            graph: keyed
            state: { tenant: {}, log: { reducer: append } }
            nodes: { only: { agent: test-puppet } }
            edges: [{ from: START, to: only }, { from: only, to: END }]
            queue:
              concurrency: [{ key: input.tenant, runs: 2 }]
              rate: [{ runs: 1000, per: PT1H }, { key: input.tenant, runs: 900, per: PT1H }]
            """;

    private final Site site = Site.open();
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    @AfterEach
    void close() {
        mayEnd.countDown();
        site.close();
    }

    private void holdTheOnlyPlace() {
        CountDownLatch begun = new CountDownLatch(1);
        PuppetAgent.play("holder", call -> {
            begun.countDown();
            mayEnd.await();
            return PuppetAgent.nothing();
        });
        site.trigger("long", "holder", "{}");
        Site.await("the place is taken", () -> begun.getCount() == 0);
    }

    private long runs(String status) {
        return site.number("SELECT count(*) FROM postroad.runs WHERE status = ?", status);
    }

    private long underWay() {
        return site.number("SELECT count(*) FROM postroad.runs WHERE status IN ('running', 'waiting')");
    }

    private void send(int count, String graph) {
        List<ProducerRecord<byte[], byte[]>> triggers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String value = "{'graph': '" + graph + "', 'priority': " + i % 10 + "}";
            triggers.add(new ProducerRecord<>(site.topics().triggers(), Site.bytes("r-" + i), Site.bytes(value)));
        }
        site.sendAll(triggers);
    }

    /** The runs that did not begin in the order of the queue. */
    private long outOfOrder() {
        return site.number("""
                SELECT count(*) FROM (
                    SELECT rank, id, lag(rank) OVER began AS before, lag(id) OVER began AS id_before
                    FROM postroad.runs WHERE graph = 'quick' WINDOW began AS (ORDER BY started_at, id)) AS runs
                WHERE (rank, id) < (before, id_before)""");
    }

    @Test
    void moreRunsThanMemoryKeepsBeginInTheOrderOfTheQueueOverARestart() {
        int many = 6_000;
        // One lane, for when a run began is told by the stamps of its lane; those of two differ by what the clock is
        // set right by.
        Map<String, String> narrow = Map.of("POSTROAD_MAX_RUNS", "1", "POSTROAD_LANES", "1");
        try (Worker _ = site.worker(narrow)) {
            site.apply(GRAPHS);
            holdTheOnlyPlace();
            send(many, "quick");
            Site.await("all are queued", () -> runs("queued") == many);
            site.send(site.topics().triggers(), Site.bytes("middle"), Site.bytes("{'graph': 'long', 'priority': 5}"));
            Site.await("the one in the middle is queued", () -> runs("queued") == many + 1);
        }
        // One in the middle keeps the place, so that some have ended and some wait however fast this goes.
        CountDownLatch middleBegun = new CountDownLatch(1);
        CountDownLatch middleMayEnd = new CountDownLatch(1);
        PuppetAgent.play("middle", call -> {
            middleBegun.countDown();
            middleMayEnd.await();
            return PuppetAgent.nothing();
        });
        mayEnd.countDown();
        try (Worker _ = site.worker(narrow)) {
            Site.await("the one in the middle works", () -> middleBegun.getCount() == 0);
        }
        assertThat(runs("completed")).isGreaterThan(500);
        assertThat(runs("queued")).isPositive();
        middleMayEnd.countDown();
        site.worker(narrow);
        Site.await("all have ended", () -> runs("completed") == many + 2);
        assertThat(outOfOrder()).isZero();
    }

    private void sendOf(String tenant, int from, int to, String graph) {
        List<ProducerRecord<byte[], byte[]>> triggers = new ArrayList<>();
        for (int i = from; i < to; i++) {
            String value = "{'graph': '" + graph + "', 'input': {'tenant': '" + tenant + "'}}";
            triggers.add(
                    new ProducerRecord<>(site.topics().triggers(), Site.bytes(tenant + "-" + i), Site.bytes(value)));
        }
        site.sendAll(triggers);
    }

    @Test
    void keysBeginTheirRunsByTurnsAndByWeightOverARestart() {
        Map<String, String> narrow = Map.of("POSTROAD_MAX_RUNS", "1");
        try (Worker _ = site.worker(narrow)) {
            site.apply(GRAPHS);
            holdTheOnlyPlace();
            sendOf("many", 0, 300, "fair");
            Site.await("all of one are queued", () -> runs("queued") == 300);
            sendOf("gold", 0, 30, "fair");
            Site.await("some of another are queued", () -> runs("queued") == 330);
        }
        CountDownLatch begunAgain = new CountDownLatch(1);
        PuppetAgent.play("holder", call -> {
            begunAgain.countDown();
            mayEnd.await();
            return PuppetAgent.nothing();
        });
        site.worker(narrow);
        Site.await("the holder works again", () -> begunAgain.getCount() == 0);
        sendOf("late", 0, 10, "fair");
        Site.await(
                "a third is there",
                () -> site.number("SELECT count(*) FROM postroad.runs WHERE graph = 'fair'") == 340);
        mayEnd.countDown();
        Site.await("all have ended", () -> runs("completed") == 341);
        assertThat(begunAmongTheFirst(60, "gold")).isBetween(27L, 30L);
        assertThat(begunAmongTheFirst(60, "late")).isBetween(8L, 10L);
        assertThat(site.number("SELECT count(*) FROM postroad.runs WHERE fair_key = 'gold'"))
                .isEqualTo(30);
    }

    @Test
    void aRunThatIsUnpausedTakesATurnOfNowBehindThoseOfItsKeyThatWait() {
        site.worker(Map.of("POSTROAD_MAX_RUNS", "1"));
        site.apply(GRAPHS);
        holdTheOnlyPlace();
        sendOf("many", 0, 20, "fair");
        Site.await("all are queued", () -> runs("queued") == 20);
        site.control("many-0", new Control.Pause());
        Site.await("one is paused", () -> runs("paused") == 1);
        site.control("many-0", new Control.Unpause());
        Site.await("it stands behind the others", () -> site.number("""
                SELECT count(*) FROM postroad.runs WHERE run_id = 'many-0' AND status = 'queued' AND ranks_at IS NULL
                  AND rank > (SELECT max(rank) FROM postroad.runs WHERE fair_key = 'many' AND run_id <> 'many-0')""") == 1);
        mayEnd.countDown();
        Site.await("all have ended", () -> runs("completed") == 21);
    }

    private long begunAmongTheFirst(int count, String tenant) {
        return site.number(
                "SELECT count(*) FROM (SELECT fair_key FROM postroad.runs WHERE graph = 'fair' ORDER BY started_at, id"
                        + " LIMIT ?) AS first WHERE fair_key = ?",
                count,
                tenant);
    }

    @Test
    void aLimitByKeyHoldsOverAllWorkersAndLetsOtherKeysGoAhead() {
        Worker first = site.worker();
        site.worker();
        site.apply(GRAPHS);
        CountDownLatch mayEndToo = new CountDownLatch(1);
        for (int i = 0; i < 40; i++) {
            PuppetAgent.play("full-" + i, call -> {
                mayEndToo.await();
                return PuppetAgent.nothing();
            });
        }
        sendOf("full", 0, 40, "keyed");
        Site.await("one key has what it may", () -> runs("running") == 2);
        sendOf("free", 0, 20, "keyed");
        Site.await("the other key goes ahead", () -> runs("completed") == 20);
        assertThat(runs("running")).isEqualTo(2);
        String waiting = site.sql()
                .withHandle(handle -> handle.createQuery(
                                "SELECT run_id FROM postroad.runs WHERE status = 'queued' ORDER BY id LIMIT 1")
                        .mapTo(String.class)
                        .one());
        assertThat(new RunDiagnosis(site.database()).of(waiting).orElseThrow().reasons())
                .singleElement()
                .satisfies(reason -> {
                    assertThat(reason.code()).isEqualTo(ReasonCode.LIMIT_FULL);
                    assertThat(reason.what()).contains("input.tenant full").contains("of 2 that it may have");
                });
        // What was under way goes on elsewhere, and keeps its places: none is lost with a worker, and none doubled.
        first.close();
        AtomicInteger most = new AtomicInteger();
        mayEndToo.countDown();
        Site.await("all have ended", () -> {
            most.accumulateAndGet((int) underWay(), Math::max);
            return runs("completed") == 60;
        });
        assertThat(most.get()).isLessThanOrEqualTo(2);
        assertThat(new LimitListing(site.sql())
                        .all().stream()
                                .filter(limit -> limit.field().equals("queue.rate"))
                                .map(LimitReport::used))
                .as("what began within the time of a rate")
                .containsExactly(
                        List.of(new LimitReport.Use("", 60)),
                        List.of(new LimitReport.Use("full", 40), new LimitReport.Use("free", 20)));
    }

    @Test
    void aRunThatIsCancelledInTheQueueNeverBeginsAndFreesItsPlace() {
        site.worker(Map.of("POSTROAD_MAX_RUNS", "1"));
        site.apply(GRAPHS);
        holdTheOnlyPlace();
        send(20, "quick");
        Site.await("all are queued", () -> runs("queued") == 20);
        for (int i = 0; i < 20; i += 2) {
            site.control("r-" + i, new Control.Cancel(null));
        }
        Site.await("half are cancelled", () -> runs("cancelled") == 10);
        mayEnd.countDown();
        Site.await("the others have ended", () -> runs("completed") == 11);
        assertThat(site.number("SELECT count(*) FROM postroad.journal j JOIN postroad.runs r ON r.id = j.run"
                        + " WHERE r.status = 'cancelled' AND j.type = 'run.started'"))
                .isZero();
    }

    @Test
    void aRunThatWasPausedInTheQueueTakesItsPlaceAgain() {
        site.worker(Map.of("POSTROAD_MAX_RUNS", "1"));
        site.apply(GRAPHS);
        holdTheOnlyPlace();
        send(2, "quick");
        Site.await("both are queued", () -> runs("queued") == 2);
        site.control("r-0", new Control.Pause());
        site.journalWith("r-0", event -> event.type() == EventType.RUN_PAUSED);
        site.control("r-0", new Control.Unpause());
        site.journalWith("r-0", event -> event.type() == EventType.RUN_UNPAUSED);
        assertThat(runs("queued")).isEqualTo(2);
        mayEnd.countDown();
        Site.await("all have ended", () -> runs("completed") == 3);
    }

    @Test
    void aTurnIsWorthNothingOnceItsRunWasPausedInTheQueue() {
        site.worker(Map.of("POSTROAD_MAX_RUNS", "4", "POSTROAD_LANES", "1"));
        site.apply(GRAPHS);
        CountDownLatch mayEndToo = holding("first", "second");
        holdPlaces(4);
        site.trigger("one", "first", "{}");
        awaitTurn("first");
        site.control("first", new Control.Pause());
        site.journalWith("first", event -> event.type() == EventType.RUN_PAUSED);
        site.trigger("one", "second", "{}");
        awaitTurn("second");
        site.control("first", new Control.Unpause());
        Site.await("the first waits again", () -> runs("queued") == 2);
        mayEnd.countDown();
        Site.await("the second is under way", () -> running("run_id = 'second'") == 1);
        assertThat(running("graph = 'one'")).isEqualTo(1);
        mayEndToo.countDown();
        Site.await("all have ended", () -> runs("completed") == 6);
    }

    @Test
    void whoeverMovesInTheQueueToAVersionWithALimitWaitsForItsTurn() {
        site.worker(Map.of("POSTROAD_MAX_RUNS", "4", "POSTROAD_LANES", "1"));
        site.apply(GRAPHS);
        String free = """
                graph: moves
                state: { log: { reducer: append } }
                nodes: { only: { agent: test-puppet } }
                edges: [{ from: START, to: only }, { from: only, to: END }]
                """;
        site.apply(free);
        site.apply(free + "limits: { runs: 1 }\n");
        Site.await(
                "both versions are stored",
                () -> site.number("SELECT count(*) FROM postroad.graphs WHERE name = 'moves'") == 2);
        CountDownLatch mayEndToo = holding("first", "second");
        holdPlaces(4);
        for (String run : List.of("first", "second")) {
            site.send(site.topics().triggers(), Site.bytes(run), Site.bytes("{'graph': 'moves', 'version': 1}"));
            site.journalWith(run, event -> event.type() == EventType.RUN_QUEUED);
            site.client().control(new Control(run, "onto-2", new Control.Migrate(2)));
            assertThat(site.answer(run, "onto-2").type()).isEqualTo(EventType.RUN_MIGRATED);
        }
        mayEnd.countDown();
        Site.await("one is under way", () -> running("graph = 'moves'") > 0);
        site.trigger("quick", "behind", "{}");
        Site.await("all others have ended", () -> runs("completed") == 5);
        assertThat(running("graph = 'moves'")).isEqualTo(1);
        mayEndToo.countDown();
        Site.await("all have ended", () -> runs("completed") == 7);
    }

    @Test
    void heldRunsThatAreReleasedTakeATurnOfNow() {
        site.worker(Map.of("POSTROAD_MAX_RUNS", "1"));
        site.apply(GRAPHS);
        String held = """
                graph: held
                state: { tenant: {}, log: { reducer: append } }
                nodes: { only: { set: "{'log': ['only']}" } }
                edges: [{ from: START, to: only }, { from: only, to: END }]
                queue: { fairness: { key: input.tenant }, paused: %s }
                """;
        site.apply(held.formatted("true"));
        sendOf("held", 0, 10, "held");
        Site.await("all are held", () -> runs("queued") == 10);
        site.apply(held.formatted("false"));
        Site.await(
                "both versions are stored",
                () -> site.number("SELECT count(*) FROM postroad.graphs WHERE name = 'held'") == 2);
        holdTheOnlyPlace();
        sendOf("waits", 0, 10, "held");
        Site.await("others wait", () -> runs("queued") == 20);
        for (int i = 0; i < 10; i++) {
            site.client().control(new Control("held-" + i, "onto-2", new Control.Migrate(2)));
        }
        Site.await(
                "all have their places",
                () -> site.number("SELECT count(*) FROM postroad.runs WHERE status = 'queued' AND version = 2"
                                + " AND ranks_at IS NULL")
                        == 20);
        assertThat(site.number("SELECT count(*) FROM postroad.runs WHERE fair_key = 'held' AND rank <"
                        + " (SELECT min(rank) FROM postroad.runs WHERE fair_key = 'waits')"))
                .isZero();
        mayEnd.countDown();
        Site.await("all have ended", () -> runs("completed") == 21);
    }

    /** It got no place at all, until its worker was started anew. */
    @Test
    void aRunThatAnOlderReleaseAdmittedGetsAPlaceWhenItIsUnpaused() {
        site.worker(Map.of("POSTROAD_MAX_RUNS", "1"));
        site.apply(GRAPHS);
        holdTheOnlyPlace();
        sendOf("old", 0, 3, "fair");
        Site.await("they wait", () -> runs("queued") == 3);
        site.control("old-1", new Control.Pause());
        Site.await("one is paused", () -> runs("paused") == 1);
        site.sql().useHandle(handle -> handle.execute("UPDATE postroad.runs SET fair_weight = NULL"));
        site.control("old-1", new Control.Unpause());
        Site.await("it waits again", () -> runs("queued") == 3);
        mayEnd.countDown();
        Site.await("all have ended", () -> runs("completed") == 4);
    }

    /** These runs end once that is counted down. */
    private static CountDownLatch holding(String... runs) {
        CountDownLatch mayEndToo = new CountDownLatch(1);
        for (String run : runs) {
            PuppetAgent.play(run, call -> {
                mayEndToo.await();
                return PuppetAgent.nothing();
            });
        }
        return mayEndToo;
    }

    private void holdPlaces(int count) {
        for (int i = 0; i < count; i++) {
            PuppetAgent.play("holder-" + i, call -> {
                mayEnd.await();
                return PuppetAgent.nothing();
            });
            site.trigger("long", "holder-" + i, "{}");
        }
        Site.await("all places are taken", () -> runs("running") == count);
    }

    private long running(String which) {
        return site.number("SELECT count(*) FROM postroad.runs WHERE status = 'running' AND " + which);
    }

    private void awaitTurn(String runId) {
        Site.await("it has its turn", () -> site.number("""
                        SELECT count(*) FROM (SELECT unnest(runs) AS run, unnest(seqs) AS seq FROM postroad.turns) AS t
                        JOIN postroad.runs r ON r.id = t.run AND r.status_seq = t.seq WHERE r.run_id = ?""", runId) == 1);
    }

    @Test
    void aGraphsLimitHoldsOverAllWorkersAndGivesTurnsInTheOrderOfTheQueue() {
        int many = 60;
        site.worker();
        site.worker();
        site.apply(GRAPHS);
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        for (int i = 0; i < many; i++) {
            PuppetAgent.play("r-" + i, call -> {
                most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                LockSupport.parkNanos(1_000_000);
                atOnce.decrementAndGet();
                return PuppetAgent.nothing();
            });
        }
        send(many, "few");
        AtomicInteger mostSeen = new AtomicInteger();
        Site.await("all have ended", () -> {
            mostSeen.accumulateAndGet((int) underWay(), Math::max);
            return runs("completed") == many;
        });
        assertThat(most.get()).isBetween(1, 3);
        assertThat(mostSeen.get()).isBetween(1, 3);
    }

    @Test
    void aFailedRunOfAGraphWithALimitWaitsForItsTurnWhenItIsRetried() {
        site.worker();
        site.apply(GRAPHS);
        AtomicInteger calls = new AtomicInteger();
        PuppetAgent.play(
                "again",
                call -> calls.incrementAndGet() == 1
                        ? dev.postroad.contracts.agent.AgentReply.permanent("no", "not now")
                        : PuppetAgent.nothing());
        site.trigger("few", "again", "{}");
        site.journalWith("again", event -> event.type() == EventType.RUN_FAILED);
        for (int i = 0; i < 3; i++) {
            PuppetAgent.play("r-" + i, call -> {
                mayEnd.await();
                return PuppetAgent.nothing();
            });
        }
        send(3, "few");
        Site.await("the limit is reached", () -> runs("running") == 3);
        site.control("again", new Control.Retry());
        site.journalWith("again", event -> event.type() == EventType.RUN_RETRIED);
        Site.await("it waits for its turn", () -> runs("queued") == 1);
        mayEnd.countDown();
        Site.await("all have ended", () -> runs("completed") == 4);
        assertThat(calls.get()).isEqualTo(2);
    }
}
