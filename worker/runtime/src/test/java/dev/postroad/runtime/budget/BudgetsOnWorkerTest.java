package dev.postroad.runtime.budget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Budgets that runs share, on a real Kafka and Postgres. */
@NullMarked
class BudgetsOnWorkerTest {
    private static final Site SITE = Site.open();
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
        Worker worker = SITE.worker();
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
        JsonNode budgets = new Caller(worker.httpPort()).get("/api/budgets").json();
        assertThat(budgets.path("budgets").get(0).path("tokens")).isEqualTo(Site.json("{'used': 120, 'limit': 100}"));
        assertThat(budgets.path("budgets").get(0).path("exceeded").asBoolean()).isTrue();

        SITE.apply(GRAPH.formatted(1_000));
        assertThat(SITE.ended("second").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(SITE.number("SELECT sum(tokens) FROM postroad.budgets WHERE key = 'acme'"))
                .isEqualTo(240);
        assertThat(SITE.number("SELECT count(*) FROM postroad.budgets WHERE key = 'acme' AND cost = 1.25"))
                .isEqualTo(1);
    }
}
