package dev.postroad.runtime.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.AgentReply.Interrupted;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What analysts find in the views about runs that did not go straight. */
@NullMarked
class ResultViewsTest {
    private static final Site SITE = Site.open();

    private final String runId = "run-" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        SITE.worker();
        SITE.apply("""
                graph: chain
                state: { topic: { default: kettles }, said: { reducer: append } }
                nodes:
                  draft:
                    agent: test-puppet
                    input: "{'topic': state.topic}"
                    output: "{'said': ['draft']}"
                    retry: { maxAttempts: 2, backoff: PT0.01S }
                  check: { agent: test-puppet, output: "{'said': ['check']}", retry: { maxAttempts: 1 } }
                edges: [ { from: START, to: draft }, { from: draft, to: check }, { from: check, to: END } ]
                ---
                graph: inner
                state: { said: { reducer: append } }
                nodes: { deep: { agent: test-puppet, output: "{'said': ['deep']}" } }
                edges: [ { from: START, to: deep }, { from: deep, to: END } ]
                ---
                graph: outer
                state: { said: { reducer: append } }
                nodes: { sub: { graph: inner } }
                edges: [ { from: START, to: sub }, { from: sub, to: END } ]
                ---
                graph: fan
                state: { sizes: { default: [1, 2] }, said: { reducer: append } }
                nodes:
                  split: { set: "{'said': ['split']}" }
                  measure: { agent: test-puppet, output: "{'said': ['measure']}" }
                edges:
                  - { from: START, to: split }
                  - { from: split, forEach: "state.sizes", as: size, to: measure }
                  - { from: measure, to: END }
                """);
        Site.await("the graphs are there", () -> SITE.number("SELECT count(*) FROM postroad.graphs") == 4);
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    @Test
    void aTaskThatWasTriedAgainTellsEachAttemptAndWhatAllOfThemCost() {
        PuppetAgent.play(runId, call -> call.attempt() == 1 && call.node().equals("draft") ? busy() : useful());
        SITE.trigger("chain", runId, "{}");
        SITE.ended(runId);

        assertThat(tasks("task, status, attempts, agent, input ->> 'topic', output -> 'said' ->> 0, input_tokens"))
                .containsExactly(
                        "draft@1 completed 2 test-puppet kettles draft 3", "check@2 completed 1 test-puppet - check 3");
        assertThat(tasks("task, error ->> 'type', input_version, duration <= elapsed AND ended_at >= started_at"))
                .containsExactly("draft@1 busy 1 true", "check@2 - 2 true");
        assertThat(results("task, attempt, status, repeated, error ->> 'type', output_tokens"))
                .containsExactly(
                        "draft@1 1 failed true busy -",
                        "draft@1 2 completed false - 4",
                        "check@2 1 completed false - 4");
    }

    @Test
    void aTaskThatFailedAndWasRetriedByAPersonIsOneTaskWithAllItsAttempts() {
        PuppetAgent.play(runId, call -> busy());
        SITE.trigger("chain", runId, "{}");
        SITE.ended(runId);
        assertThat(tasks("task, status, attempts, error ->> 'message', output"))
                .containsExactly("draft@1 failed 2 later -");

        PuppetAgent.play(runId, call -> useful());
        SITE.control(runId, new Control.Retry());
        SITE.journalWith(runId, event -> event.type() == EventType.RUN_COMPLETED);
        assertThat(tasks("task, status, attempts")).containsExactly("draft@1 completed 3", "check@2 completed 1");
        assertThat(results("task, attempt, status, repeated"))
                .containsExactly(
                        "draft@1 1 failed true",
                        "draft@1 2 failed false",
                        "draft@1 3 completed false",
                        "check@2 1 completed false");
    }

    @Test
    void aCancelledTaskIsNoResultOfItsAgent() {
        PuppetAgent.play(runId, call -> {
            new CountDownLatch(1).await();
            return useful();
        });
        SITE.trigger("chain", runId, "{}");
        SITE.journalWith(runId, event -> event.type() == EventType.NODE_STARTED);
        assertThat(tasks("task, status, ended_at, elapsed")).containsExactly("draft@1 running - -");
        SITE.control(runId, new Control.Cancel("no longer wanted"));
        SITE.ended(runId);

        assertThat(tasks("task, status, attempts, ended_at IS NOT NULL")).containsExactly("draft@1 cancelled 1 true");
        assertThat(results("task")).isEmpty();
    }

    @Test
    void whatARunWentBackFromIsSupersededUntilItGoesThereAgain() {
        PuppetAgent.play(runId, call -> useful());
        SITE.trigger("chain", runId, "{}");
        SITE.ended(runId);
        assertThat(tasks("task, superseded")).containsExactly("draft@1 false", "check@2 false");

        SITE.control(runId, new Control.Rollback(2, true));
        awaitEnds(2);
        assertThat(tasks("task, superseded")).containsExactly("draft@1 false", "check@2 true", "check@4 false");
        assertThat(tasks("sum(input_tokens) OVER ()")).as("what it cost").containsOnly("9");

        SITE.control(runId, new Control.Rollback(1, true));
        awaitEnds(3);
        assertThat(tasks("task, superseded"))
                .containsExactly("draft@1 true", "check@2 true", "check@4 true", "draft@6 false", "check@7 false");

        SITE.control(runId, new Control.Rollback(3, false));
        SITE.journalWith(
                runId,
                event -> event.type() == EventType.RUN_ROLLED_BACK
                        && Integer.valueOf(9).equals(event.version()));
        assertThat(tasks("task, superseded"))
                .containsExactly("draft@1 false", "check@2 false", "check@4 true", "draft@6 true", "check@7 true");
    }

    @Test
    void whatNewInputTookBackIsSuperseded() {
        PuppetAgent.play(runId, call -> useful());
        SITE.trigger("chain", runId, "{}");
        SITE.ended(runId);
        SITE.control(runId, new Control.Continue(JsonNodeFactory.instance.objectNode(), WhenBusy.REJECT));
        awaitEnds(2);
        List<String> before = tasks("task");
        assertThat(tasks("superseded")).containsOnly("false").hasSize(4);

        CountDownLatch never = new CountDownLatch(1);
        PuppetAgent.play(runId, call -> {
            never.await();
            return useful();
        });
        SITE.control(runId, new Control.Continue(JsonNodeFactory.instance.objectNode(), WhenBusy.REJECT));
        Site.await("it is called", () -> PuppetAgent.calls(runId).size() == 5);
        PuppetAgent.play(runId, call -> useful());
        SITE.control(runId, new Control.Continue(JsonNodeFactory.instance.objectNode(), WhenBusy.ROLLBACK));
        awaitEnds(3);
        assertThat(tasks("status, superseded"))
                .containsExactly(
                        "completed false",
                        "completed false",
                        "completed false",
                        "completed false",
                        "cancelled true",
                        "completed false",
                        "completed false");
        assertThat(tasks("task")).startsWith(before.toArray(String[]::new));
    }

    @Test
    void aTaskThatAsksIsWaitingAndItsAttemptCounts() {
        PuppetAgent.play(
                runId,
                call -> call.answers().isEmpty()
                        ? new Interrupted(JsonNodeFactory.instance.textNode("Publish?"))
                        : useful());
        SITE.trigger("chain", runId, "{}");
        SITE.journalWith(runId, event -> event.type() == EventType.RUN_WAITING);
        assertThat(tasks("task, status, attempts, ended_at")).containsExactly("draft@1 waiting 1 -");
        assertThat(results("task, attempt, status, repeated, output")).containsExactly("draft@1 1 waiting false -");
        assertThat(SITE.number(
                        "SELECT count(*) FROM postroad.agent_results WHERE run_id = ? AND duration IS NOT NULL", runId))
                .isEqualTo(1);
    }

    @Test
    void tasksInsideAGraphInsideAreThereBesideTheOneAroundThem() {
        PuppetAgent.play(runId, call -> useful());
        SITE.trigger("outer", runId, "{}");
        SITE.ended(runId);

        assertThat(tasks("task, node, graph, agent, status, input_tokens, output -> 'said' ->> 0"))
                .containsExactly(
                        "sub@1 sub outer - completed - deep", "sub@1/deep@1 deep outer test-puppet completed 3 deep");
        assertThat(results("task, agent")).containsExactly("sub@1/deep@1 test-puppet");
    }

    @Test
    void eachTaskOfAFanOutTellsWhatItWasHanded() {
        PuppetAgent.play(runId, call -> useful());
        SITE.trigger("fan", runId, "{}");
        SITE.ended(runId);

        assertThat(tasks("node, input ->> 'size', agent"))
                .containsExactly("split - -", "measure 1 test-puppet", "measure 2 test-puppet");
    }

    private static AgentReply busy() {
        return AgentReply.retryable("busy", "later");
    }

    private static AgentReply useful() {
        return new Completed(JsonNodeFactory.instance.objectNode(), new Usage(3, 4));
    }

    private void awaitEnds(int ends) {
        Site.await(
                "it came to its end again",
                () -> SITE.journal(runId).stream()
                                .filter(event -> event.type().endsRun())
                                .count()
                        == ends);
    }

    private List<String> tasks(String columns) {
        return rows(columns, "tasks", "superstep, task");
    }

    private List<String> results(String columns) {
        return rows(columns, "agent_results", "at, task, attempt");
    }

    /** Each row as words, with - for what is null. */
    private List<String> rows(String columns, String view, String order) {
        String words = "concat_ws(' ', "
                + List.of(columns.split(", ")).stream()
                        .map(column ->
                                "coalesce(CASE (%1$s)::text WHEN 't' THEN 'true' WHEN 'f' THEN 'false' ELSE (%1$s)::text END, '-')"
                                        .formatted(column))
                        .toList()
                        .toString()
                        .replaceAll("^\\[|\\]$", "")
                + ")";
        return SITE.sql()
                .withHandle(handle -> handle.select(
                                "SELECT " + words + " FROM postroad." + view + " WHERE run_id = ? ORDER BY " + order,
                                runId)
                        .mapTo(String.class)
                        .list());
    }
}
