package dev.postroad.runtime.budget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Budgets that runs share, on a real Kafka and Postgres. */
@NullMarked
class BudgetsOnWorkerTest {
    private static final Site SITE = Site.open();
    private static final Worker WORKER = SITE.worker();
    private static final String GRAPH = """
            graph: paid
            state: { tenant: {}, log: { reducer: append } }
            nodes: { one: { agent: test-puppet }, two: { agent: test-puppet } }
            edges: [{ from: START, to: one }, { from: one, to: two }, { from: two, to: END }]
            budget: { key: input.tenant, tokens: %d, cost: 20.00, per: P1M }
            """;

    @AfterAll
    static void close() {
        SITE.close();
    }

    private static void spend(String runId, long tokens, String cost) {
        PuppetAgent.play(
                runId,
                call -> new AgentReply.Completed(
                        JsonNodeFactory.instance.objectNode(), new Usage(tokens, 0, null, new BigDecimal(cost), null)));
    }

    @Test
    void runsPauseWhenTheirKeyHasSpentItsBudgetAndGoOnWhenItIsRaisedWhileOtherKeysSpendTheirOwn() {
        SITE.apply(GRAPH.formatted(100));
        spend("first", 60, "0.5");
        spend("second", 60, "0.125");
        spend("other", 10, "0");
        SITE.trigger("paid", "first", "{'tenant': 'acme'}");
        RunEvent completed = SITE.ended("first").getLast();
        assertThat(completed.data().path("usage"))
                .isEqualTo(Site.json("{'inputTokens': 120, 'outputTokens': 0, 'cost': 1.0}"));
        SITE.trigger("paid", "second", "{'tenant': 'acme'}");
        List<RunEvent> journal = SITE.journalWith("second", event -> event.type() == EventType.RUN_PAUSED);
        assertThat(journal)
                .filteredOn(event -> event.type() == EventType.BUDGET_EXCEEDED)
                .singleElement()
                .satisfies(event -> assertThat(event.data().path("reason").asText())
                        .isEqualTo("the budget of graph paid for acme per P1M is used up: 120 of 100 tokens"));
        assertThat(PuppetAgent.calls("second")).isEmpty();
        SITE.trigger("paid", "other", "{'tenant': 'globex'}");
        assertThat(SITE.ended("other").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(new Caller(WORKER.httpPort()).get("/metrics").text())
                .as("what the alert goes by")
                .containsPattern("postroad_budgets_exceeded_total\\{lane=\"\\d+\"} [1-9]");
        JsonNode budgets = new Caller(WORKER.httpPort()).get("/api/budgets").json();
        assertThat(budgets.path("budgets").get(0).path("tokens")).isEqualTo(Site.json("{'used': 120, 'limit': 100}"));
        assertThat(budgets.path("budgets").get(0).path("exceeded").asBoolean()).isTrue();

        SITE.apply(GRAPH.formatted(1_000));
        assertThat(SITE.ended("second").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(SITE.number("SELECT sum(tokens) FROM postroad.budgets WHERE key = 'acme'"))
                .isEqualTo(240);
        assertThat(SITE.number("SELECT count(*) FROM postroad.budgets WHERE key = 'acme' AND cost = 1.25"))
                .isEqualTo(1);
    }

    /** It came to the queue by no key at all. */
    @Test
    void aRunThatMigratedToABudgetAndPausedForItGoesOnByItselfWhenThatIsRaised() {
        String former = """
                graph: joins
                state: { tenant: {}, log: { reducer: append } }
                nodes: { ask: { interrupt: "'why?'", output: "{'log': [result]}" }, one: { agent: test-puppet } }
                edges: [{ from: START, to: ask }, { from: ask, to: one }, { from: one, to: END }]
                """;
        String budget = "budget: { key: input.tenant, tokens: %d, per: P1M }\n";
        SITE.apply(former);
        SITE.trigger("joins", "moved", "{'tenant': 'umbrella'}");
        SITE.journalWith("moved", event -> event.type() == EventType.RUN_WAITING);
        SITE.apply(former + budget.formatted(10));
        Site.await("both versions are stored", () -> versions("joins") == 2);
        spend("spender", 60, "0");
        spend("moved", 1, "0");
        // By its number: what is stored is what new runs go by a moment later.
        SITE.send(SITE.topics().triggers(), Site.bytes("spender"), Site.bytes("""
                {"graph": "joins", "version": 2, "input": {"tenant": "umbrella"}}"""));
        SITE.journalWith("spender", event -> event.type() == EventType.RUN_WAITING);
        SITE.control("spender", Control.Resume.with(Site.json("1")));
        SITE.ended("spender");
        SITE.client().control(new Control("moved", "onto-2", new Control.Migrate(2)));
        assertThat(SITE.answer("moved", "onto-2").type()).isEqualTo(EventType.RUN_MIGRATED);
        SITE.control("moved", Control.Resume.with(Site.json("1")));
        SITE.journalWith("moved", event -> event.type() == EventType.RUN_PAUSED);
        assertThat(PuppetAgent.calls("moved")).isEmpty();

        SITE.apply(former + budget.formatted(1_000));
        assertThat(SITE.ended("moved").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    private static long versions(String graph) {
        return SITE.number("SELECT count(*) FROM postroad.graphs WHERE name = ?", graph);
    }

    private static final String PRICED = """
            price: test-model-1
            inputTokens: 2.50
            outputTokens: 10
            per: 1000
            ---
            graph: priced
            state: { tenant: {}, log: { reducer: append } }
            nodes: { one: { agent: test-puppet }, inner: { graph: priced-inner } }
            edges: [{ from: START, to: one }, { from: one, to: inner }, { from: inner, to: END }]
            budget: { key: input.tenant, cost: 4.0, per: P1D, onExceeded: fail }
            """;
    private static final String INNER = """
            graph: priced-inner
            state: { log: { reducer: append } }
            nodes: { two: { agent: test-puppet } }
            edges: [{ from: START, to: two }, { from: two, to: END }]
            """;

    private static void useModel(String runId) {
        PuppetAgent.play(
                runId,
                call -> new AgentReply.Completed(
                        JsonNodeFactory.instance.objectNode(),
                        new Usage(400, 100, "test-model-1-2026-01-31", null, null)));
    }

    @Test
    void modelsCostWhatTheirPricesSayInRunsTheirTasksViewsAndBudgets() {
        Caller caller = new Caller(WORKER.httpPort());
        SITE.apply(INNER);
        SITE.apply(PRICED);
        useModel("dear");
        SITE.trigger("priced", "dear", "{'tenant': 'initech'}");
        RunEvent completed = SITE.ended("dear").getLast();
        assertThat(completed.type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(completed.data().path("usage"))
                .isEqualTo(Site.json("{'inputTokens': 800, 'outputTokens': 200, 'cost': 4.0}"));
        for (JsonNode run : List.of(
                caller.get("/api/runs/dear").json(),
                caller.get("/api/runs?graph=priced").json().path("runs").get(0))) {
            assertThat(run.path("tokens").asLong()).isEqualTo(1_000);
            assertThat(run.path("cost").decimalValue()).isEqualByComparingTo("4");
        }
        for (JsonNode task : caller.get("/api/runs/dear/tasks").json().path("tasks")) {
            if (task.has("agent")) {
                assertThat(task.path("cost").decimalValue()).isEqualByComparingTo("2");
            }
        }
        for (String view : List.of("workflow_states", "tasks", "agent_results")) {
            assertThat(SITE.number("SELECT sum(cost) FROM postroad." + view + " WHERE run_id = 'dear'"))
                    .as(view)
                    .isEqualTo(4);
        }
        assertThat(caller.get("/metrics").text()).contains("postroad_agent_cost_total{agent=\"test-puppet\"}");

        useModel("broke");
        SITE.trigger("priced", "broke", "{'tenant': 'initech'}");
        RunEvent failed = SITE.ended("broke").getLast();
        assertThat(failed.type()).isEqualTo(EventType.RUN_FAILED);
        assertThat(PuppetAgent.calls("broke")).isEmpty();
        assertThat(caller.get("/api/budgets")
                        .json()
                        .path("budgets")
                        .findParent("cost")
                        .has("tokens"))
                .isTrue();
    }

    @Test
    void aRunUnderWayHasWhatItSpentSinceItsLastChangeOfStatusToo() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        SITE.apply("""
                graph: held
                nodes: { one: { agent: test-puppet }, two: { agent: test-puppet } }
                edges: [{ from: START, to: one }, { from: one, to: two }, { from: two, to: END }]
                """);
        PuppetAgent.play("under-way", call -> {
            if (call.node().equals("two")) {
                go.await();
            }
            return new AgentReply.Completed(
                    JsonNodeFactory.instance.objectNode(), new Usage(3, 4, null, new BigDecimal("0.5"), null));
        });
        try {
            SITE.trigger("held", "under-way", "{}");
            SITE.journalWith("under-way", event -> event.type() == EventType.NODE_COMPLETED);
            JsonNode run =
                    new Caller(WORKER.httpPort()).get("/api/runs/under-way").json();
            assertThat(run.path("tokens").asLong()).isEqualTo(7);
            assertThat(run.path("cost").decimalValue()).isEqualByComparingTo("0.5");
        } finally {
            go.countDown();
        }
        assertThat(SITE.ended("under-way").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        JsonNode run = new Caller(WORKER.httpPort()).get("/api/runs/under-way").json();
        assertThat(run.path("tokens").asLong()).isEqualTo(14);
    }

    @Test
    void whoChangesAPriceIsKept() {
        for (String price : List.of("1", "2", "2")) {
            SITE.send(new ProducerRecord<>(
                    SITE.topics().registry(),
                    null,
                    Site.bytes("price/changing"),
                    Site.bytes("{\"price\": \"changing\", \"inputTokens\": " + price + ", \"outputTokens\": 1}"),
                    List.of(new RecordHeader("postroad-by", Site.bytes("ada")))));
        }
        SITE.send(SITE.topics().registry(), Site.bytes("price/changing"), null);
        Site.await(
                "it is removed",
                () -> SITE.number("SELECT count(*) FROM postroad.agent_events WHERE price = 'changing'"
                                + " AND type = 'price.removed'")
                        == 1);
        assertThat(SITE.number("SELECT count(*) FROM postroad.agent_events WHERE price = 'changing'"
                        + " AND type = 'price.published' AND data ->> 'by' = 'ada'"))
                .isEqualTo(2);
    }

    @Test
    void aBadPriceIsToldLikeOtherBadDefinitions() {
        SITE.send(
                SITE.topics().registry(),
                Site.bytes("price/bad-model"),
                Site.bytes("{\"price\": \"bad-model\", \"inputTokens\": -1}"));
        Site.await(
                "the price is refused",
                () -> SITE.number("SELECT count(*) FROM postroad.refused_definitions WHERE reason LIKE "
                                + "'%inputTokens: is no number from 0%'")
                        == 1);
        assertThat(SITE.number("SELECT count(*) FROM postroad.prices WHERE name = 'bad-model'"))
                .isZero();
    }
}
