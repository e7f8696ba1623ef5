package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.bulk.BulkOrder;
import dev.postroad.runtime.bulk.Bulks;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Orders for many runs: they are done on the server, by whichever worker is there. */
@NullMarked
class BulkOrdersTest {
    private static final Site SITE = Site.open();
    private static Worker worker = SITE.worker();
    private static Caller caller = new Caller(worker.httpPort());

    @BeforeAll
    static void publish() {
        SITE.apply("""
                graph: asks
                state: { answer: { reducer: last } }
                nodes: { ask: { interrupt: "'why?'" } }
                edges: [{ from: START, to: ask }, { from: ask, to: END }]
                """);
    }

    @AfterAll
    static void stop() {
        caller.close();
        SITE.close();
    }

    @Test
    void anOrderIsDoneToTheRunsThatThereWereAndSaysWhereItWasNot() {
        three("one");
        JsonNode count = post("{'action': {'type': 'cancel'}, 'filter': {'tags': {'group': 'one'}}, 'dryRun': true}");
        assertThat(count.path("runs").asLong()).isEqualTo(3);

        post("{'id': 'again', 'by': 'ada', 'action': {'type': 'retry'}, 'filter': {'tags': {'group': 'one'}}}");
        JsonNode refused = ended("again");
        assertThat(refused.at("/runs/refused").asLong()).isEqualTo(3);
        assertThat(refused.path("failures")).hasSize(3);
        assertThat(refused.at("/failures/0/reason").asText()).contains("only a failed or cancelled run can be retried");

        String cancel =
                "{'id': 'stop', 'by': 'ada', 'action': {'type': 'cancel'}, 'filter': {'tags': {'group': 'one'}}}";
        post(cancel);
        JsonNode done = ended("stop");
        assertThat(done.at("/runs/done").asLong()).isEqualTo(3);
        assertThat(done.path("failures")).isEmpty();
        assertThat(SITE.journal("one-2").getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
        assertThat(SITE.journal("one-2").getLast().data().path("by").asText()).isEqualTo("ada");
        assertThat(post(cancel)).as("the same id is the same order").isEqualTo(done);

        post("{'id': 'gone', 'action': {'type': 'prune'}, 'filter': {'tags': {'group': 'one'}}}");
        assertThat(ended("gone").at("/runs/done").asLong()).isEqualTo(3);
        Site.await("the runs are deleted", () -> SITE.history().find("one-1").isEmpty());
    }

    @Test
    void anOrderThatCountsItsTimesFromNowIsTheSameWhenItIsSaidAgain() {
        three("later");
        String order = "{'id': 'later', 'action': {'type': 'retry'}, 'filter': {'status': %s, 'since': '%s',"
                + " 'tags': {'group': 'later'}}}";
        post(order.formatted("'completed'", "2026-01-01T00:00:00Z"));
        JsonNode done = ended("later");
        assertThat(post(order.formatted("['completed']", "2026-01-01T00:00:01Z")))
                .isEqualTo(done);
    }

    @Test
    void anIdThatIsTakenIsRefusedToAnotherOrder() {
        three("taken");
        String filter = "'filter': {'tags': {'group': 'taken'}}";
        post("{'id': 'taken', 'action': {'type': 'retry'}, " + filter + "}");
        ended("taken");
        List.of(
                        "{'id': 'taken', 'action': {'type': 'cancel'}, " + filter + "}",
                        "{'id': 'taken', 'action': {'type': 'retry'}, 'filter': {'graph': 'asks'}}")
                .forEach(other -> {
                    Caller.Reply reply = caller.post("/api/bulk", other);
                    assertThat(reply.status()).isEqualTo(409);
                    assertThat(reply.text()).contains("conflict", "give this one another id");
                });
    }

    @Test
    void everyActionTakesEveryFilter() {
        three("all");
        String filter = "{'status': ['waiting', 'completed', 'failed', 'cancelled', 'paused'], 'graph': 'asks',"
                + " 'version': 1, 'since': '2026-01-01T00:00:00Z', 'until': '2999-01-01T00:00:00Z',"
                + " 'tags': {'group': 'all'}%s}";
        for (String action : List.of(
                "{'type': 'cancel'}",
                "{'type': 'retry'}",
                "{'type': 'resume', 'value': 1}",
                "{'type': 'rollback', 'version': 1}",
                "{'type': 'fork', 'version': 1}",
                "{'type': 'pause'}",
                "{'type': 'unpause'}",
                "{'type': 'continue', 'input': {}}",
                "{'type': 'migrate', 'graphVersion': 2}",
                "{'type': 'prune'}")) {
            String order = "{'action': " + action + ", 'dryRun': true, 'filter': " + filter + "}";
            assertThat(post(order.formatted("")).path("runs").asLong())
                    .as(action)
                    .isEqualTo(3);
            for (String none : List.of(", 'error': 'none'", ", 'agent': 'nobody'")) {
                assertThat(post(order.formatted(none)).path("runs").asLong())
                        .as(action + none)
                        .isZero();
            }
        }
        assertThat(caller.get("/api/runs?error=none&graph=asks").json().path("runs"))
                .isEmpty();
        assertThat(caller.get("/api/counts?error=none&graph=asks")
                        .json()
                        .at("/runs/waiting")
                        .asInt())
                .isZero();
    }

    @Test
    void aRunThatRefusesAVersionWhenItsSuperstepIsOverIsNotSaidToHaveGoneThere() {
        String from = """
                graph: moves
                nodes: { a: { agent: test-puppet }, b: { agent: test-puppet } }
                edges: [{ from: START, to: a }, { from: a, to: b }, { from: b, to: END }]
                """;
        SITE.apply(from);
        CountDownLatch go = new CountDownLatch(1);
        PuppetAgent.play("mover", call -> {
            go.await();
            return PuppetAgent.nothing();
        });
        try {
            SITE.trigger("moves", "mover", "{}");
            SITE.journalWith("mover", event -> event.type() == EventType.NODE_STARTED);
            SITE.apply(from.replace(" b:", " c:").replace("to: b", "to: c").replace("from: b", "from: c"));
            Site.await(
                    "both versions are stored",
                    () -> SITE.number("SELECT count(*) FROM postroad.graphs WHERE name = 'moves'") == 2);
            post("{'id': 'moves', 'action': {'type': 'migrate', 'graphVersion': 2}, 'filter': {'graph': 'moves'}}");
            SITE.journalWith("mover", event -> event.type() == EventType.RUN_MIGRATING);
            Site.await("the order was looked at since", () -> SITE.number("""
                            SELECT count(*) FROM postroad.bulks WHERE id = 'moves' AND (ended_at IS NOT NULL OR renewed_at >
                                (SELECT max(at) + interval '1 second' FROM postroad.journal WHERE type = 'run.migrating'))""") == 1);
        } finally {
            go.countDown();
        }
        JsonNode end = ended("moves");
        assertThat(end.at("/runs/refused").asLong()).as(end.toString()).isEqualTo(1);
        assertThat(end.at("/failures/0/reason").asText()).contains("cannot take the run over");
    }

    @Test
    void aFilterThatSaysNothingIsRefusedAndNotTakenForAllRuns() {
        String order = "{'action': {'type': 'cancel'}, 'dryRun': true, 'filter': %s}";
        for (String nothing : List.of(
                "{}",
                "{'graph': null}",
                "{'status': []}",
                "{'tags': {}}",
                "{'all': false}",
                "{'all': null, 'tags': {}}")) {
            Caller.Reply reply = caller.post("/api/bulk", order.formatted(nothing));
            assertThat(reply.status()).as(nothing).isEqualTo(400);
            assertThat(reply.text()).contains("nothing else says which runs");
        }
        post(order.formatted("{'all': true}"));
        post(order.formatted("{'graph': null, 'status': 'failed'}"));
    }

    @Test
    void anOrderThatIsCancelledDoesNothingMore() {
        three("slow");
        post("{'id': 'slowly', 'perSecond': 1, 'action': {'type': 'pause'}, 'filter': {'tags': {'group': 'slow'}}}");
        assertThat(caller.post("/api/bulk/slowly/cancel", "").status()).isEqualTo(202);
        JsonNode end = ended("slowly");
        assertThat(end.path("state").asText()).isEqualTo("cancelled");
        assertThat(end.at("/runs/done").asLong() + end.at("/runs/left").asLong())
                .isEqualTo(3);
    }

    @Test
    void anotherWorkerGoesOnWithTheOrderOfOneThatDied() throws Exception {
        three("left");
        worker.close();
        caller.close();
        BulkOrder order = BulkOrder.read(
                Site.json("{'id': 'left', 'action': {'type': 'cancel'}, 'filter': {'tags': {'group': 'left'}}}"));
        new Bulks(SITE.sql()).order(order);
        // As the dead one left it: it has told one run, and did not come to note it; and it has held the order since.
        SITE.sql()
                .useHandle(
                        handle -> handle.execute(
                                "UPDATE postroad.bulks SET worker = 'dead', renewed_at = now() - interval '1 minute' WHERE id = 'left'"));
        worker = SITE.worker();
        caller = new Caller(worker.httpPort());
        assertThat(ended("left").at("/runs/done").asLong()).isEqualTo(3);
    }

    private static void three(String group) {
        for (int i = 1; i <= 3; i++) {
            caller.post(
                    "/api/triggers",
                    "{'graph': 'asks', 'runId': '%s-%d', 'tags': {'group': '%s'}}".formatted(group, i, group));
        }
        Site.await(
                "the runs wait",
                () -> SITE.number(
                                "SELECT count(*) FROM postroad.runs WHERE tags ->> 'group' = ? AND status = ?",
                                group,
                                RunStatus.WAITING.publicName())
                        == 3);
    }

    private static JsonNode post(String body) {
        Caller.Reply reply = caller.post("/api/bulk", body);
        assertThat(reply.status()).as(reply.text()).isBetween(200, 202);
        return reply.json();
    }

    private static JsonNode ended(String id) {
        Site.await("the order has ended", () -> caller.found("/api/bulk/" + id).has("endedAt"));
        return caller.found("/api/bulk/" + id);
    }
}
