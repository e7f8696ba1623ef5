package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What triggers say in place of their graphs, on a real Kafka and Postgres. */
@NullMarked
class TermsOfTriggersTest {
    private static final Site SITE = Site.open();
    private static Worker worker = SITE.worker();

    @BeforeAll
    static void publish() {
        SITE.apply("""
                graph: free
                state: { tenant: {}, log: { reducer: append } }
                nodes: { one: { agent: test-puppet }, two: { agent: test-puppet } }
                edges: [{ from: START, to: one }, { from: one, to: two }, { from: two, to: END }]
                ---
                graph: bound
                limits: { runs: 1 }
                budget: { tokens: 1 }
                retention: PT1S
                state: { tenant: {}, log: { reducer: append } }
                nodes: { one: { agent: test-puppet }, two: { agent: test-puppet } }
                edges: [{ from: START, to: one }, { from: one, to: two }, { from: two, to: END }]
                """);
        Site.await("the graphs are there", () -> SITE.number("SELECT count(*) FROM postroad.graphs") == 2);
    }

    @AfterAll
    static void close() {
        SITE.close();
    }

    private static void trigger(String graph, String runId, String terms) {
        SITE.send(
                SITE.topics().triggers(),
                Site.bytes(runId),
                Site.bytes("{\"graph\": \"" + graph + "\", \"input\": {\"tenant\": \"acme\"}, " + terms + "}"));
    }

    private static void spend(String runId, long tokens) {
        PuppetAgent.play(
                runId,
                call -> new AgentReply.Completed(
                        JsonNodeFactory.instance.objectNode(), new Usage(tokens, 0, null, BigDecimal.ZERO, null)));
    }

    /** Its agent answers when the latch is down. */
    private static void hold(String runId, CountDownLatch until) {
        PuppetAgent.play(runId, call -> {
            if (!until.await(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("nobody let it go on");
            }
            return AgentReply.completed(JsonNodeFactory.instance.objectNode());
        });
    }

    private static boolean isQueued(String runId) {
        return SITE.history()
                .find(runId)
                .filter(run -> run.status() == RunStatus.QUEUED)
                .isPresent();
    }

    private static RunEvent ending(String runId) {
        return SITE.ended(runId).getLast();
    }

    @Test
    void aLimitOfItsOwnHoldsARunOfAGraphWithoutLimitsAlsoPastAWorkersEnd() {
        String alone = "\"queue\": {\"concurrency\": [{\"key\": \"input.tenant\", \"runs\": 1}]}";
        CountDownLatch first = new CountDownLatch(1);
        hold("alone-1", first);
        spend("alone-2", 0);
        spend("unlimited", 0);
        trigger("free", "alone-1", alone);
        SITE.journalWith("alone-1", event -> event.type() == EventType.NODE_STARTED);
        trigger("free", "alone-2", alone);
        trigger("free", "unlimited", "\"priority\": 0");
        assertThat(ending("unlimited").type()).isEqualTo(EventType.RUN_COMPLETED);
        Site.await("the second is there", () -> isQueued("alone-2"));
        assertThat(new Caller(worker.httpPort())
                        .get("/api/runs/alone-2/why")
                        .json()
                        .at("/reasons/0/what")
                        .asText())
                .contains("its trigger says queue.concurrency 1 for input.tenant acme");
        worker.close();
        worker = SITE.worker();
        Site.await("the first is under way again", () -> !isQueued("alone-1"));
        assertThat(isQueued("alone-2")).isTrue();
        first.countDown();
        assertThat(ending("alone-1").type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(ending("alone-2").type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    @Test
    void aRunWithARateOfItsOwnIsToldWhichLimitOfItsGraphHoldsIt() {
        CountDownLatch first = new CountDownLatch(1);
        hold("rate-1", first);
        spend("rate-2", 0);
        trigger("bound", "rate-1", "\"priority\": 0");
        SITE.journalWith("rate-1", event -> event.type() == EventType.NODE_STARTED);
        trigger(
                "bound",
                "rate-2",
                "\"queue\": {\"rate\": [{\"key\": \"input.tenant\", \"runs\": 9, \"per\": \"PT1S\"}]}");
        Site.await("the second is there", () -> isQueued("rate-2"));
        JsonNode why = new Caller(worker.httpPort())
                .get("/api/runs/rate-2/why")
                .json()
                .path("reasons")
                .path(0);
        first.countDown();
        assertThat(why.path("code").asText()).isEqualTo("limit-full");
        assertThat(why.path("what").asText()).contains("graph bound has 1 runs under way, of 1 that it may have");
        assertThat(ending("rate-2").type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    @Test
    void aLimitOfItsOwnStandsInPlaceOfThatOfItsGraph() {
        CountDownLatch both = new CountDownLatch(1);
        hold("wide-1", both);
        hold("wide-2", both);
        String wide =
                "\"queue\": {\"concurrency\": [{\"runs\": 2}]}, \"budget\": {\"tokens\": 9}, \"retention\": \"P1D\"";
        trigger("bound", "wide-1", wide);
        trigger("bound", "wide-2", wide);
        SITE.journalWith("wide-1", event -> event.type() == EventType.NODE_STARTED);
        SITE.journalWith("wide-2", event -> event.type() == EventType.NODE_STARTED);
        assertThat(new Caller(worker.httpPort()).get("/api/limits").json().at("/limits/0"))
                .as("they count for the graph's other runs")
                .hasToString(
                        "{\"graph\":\"bound\",\"graphVersion\":1,\"field\":\"limits.runs\",\"place\":0,\"runs\":1,\"used\":[{\"key\":\"\",\"runs\":2}]}");
        both.countDown();
        assertThat(ending("wide-1").type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(ending("wide-2").type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    @Test
    void aRunSpendsWhatItsTriggerAllowsInPlaceOfItsGraph() {
        spend("poor", 60);
        trigger("free", "poor", "\"budget\": {\"tokens\": 50, \"onExceeded\": \"fail\"}");
        assertThat(ending("poor").data().at("/error/type").asText()).isEqualTo("budget-exceeded");
        spend("rich", 60);
        trigger("bound", "rich", "\"budget\": {\"tokens\": 500}, \"retention\": \"P1D\"");
        assertThat(ending("rich").type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    @Test
    void aRunThatPausedForABudgetOfItsTriggersGoesOnByItselfWhenThePeriodIsOver() {
        String sliding =
                "\"budget\": {\"key\": \"input.tenant + input.tenant\", \"tokens\": 50, \"per\": \"PT3S\", \"onExceeded\": \"pause\"}";
        spend("slow", 60);
        trigger("free", "slow", sliding);
        List<RunEvent> journal = SITE.journalWith("slow", event -> event.type() == EventType.RUN_PAUSED);
        assertThat(journal)
                .filteredOn(event -> event.type() == EventType.BUDGET_EXCEEDED)
                .singleElement()
                .satisfies(event -> assertThat(event.data().path("key").asText())
                        .isEqualTo("acmeacme (of triggers: by input.tenant + input.tenant, for PT3S)"));
        assertThat(ending("slow").type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    @Test
    void aRunIsKeptForAsLongAsItsTriggerSaysAndNotAsItsGraphSays() {
        spend("short", 0);
        spend("long", 0);
        spend("usual", 0);
        trigger("bound", "long", "\"retention\": \"P1D\"");
        trigger("free", "short", "\"retention\": \"PT1S\"");
        trigger("bound", "usual", "\"priority\": 0");
        for (String gone : List.of("short", "usual")) {
            Site.await(gone + " is gone", () -> SITE.history().pruned(gone).isPresent());
        }
        assertThat(SITE.history().find("long")).isPresent();
    }

    @Test
    void aTriggerWhoseTermsAreUnsoundIsRejectedWithEachFault() {
        trigger(
                "free",
                "unsound",
                "\"queue\": {\"fairness\": {\"key\": \"input.\"}}, \"budget\": {\"key\": \"1 +\", \"tokens\": 5, \"per\": \"P1D\"}");
        Site.await(
                "it is answered",
                () -> SITE.published("unsound").stream().anyMatch(event -> event.type() == EventType.TRIGGER_REJECTED));
        assertThat(SITE.published("unsound").getFirst().data().path("reason").asText())
                .contains("queue.fairness.key", "budget.key");
    }
}
