package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.definition.Limits;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.engine.run.EventBody.CommandRejected;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run has no more tasks at once than limits.tasks says, whatever leads to them. */
class TaskLimitTest {
    private static String loop(String schedule) {
        return """
                graph: growing
                state: { round: { default: 0 } }
                schedule: %s
                nodes:
                  plan: { set: "{}" }
                  part: { set: "{}" }
                edges:
                  - { from: START, to: plan }
                  - { from: plan, forEach: "lists.range(10)", to: part }
                  - { from: part, forEach: "lists.range(10)", to: part }
                  - { from: [plan, part], to: END }
                """.formatted(schedule);
    }

    private static RunError failure(RunScript script) {
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        return Objects.requireNonNull(script.run.error());
    }

    @ParameterizedTest
    @ValueSource(strings = {"steps", "eager"})
    void aFanOutWhoseTasksFanOutAgainFailsBeforeItTakesAllMemory(String schedule) {
        RunScript script = RunScript.started(loop(schedule) + "limits: { tasks: 500 }\n", "{}");
        while (script.run.status() == RunStatus.RUNNING) {
            script.tell(new Command.Proceed());
        }
        assertThat(failure(script).type()).isEqualTo("task-limit");
        assertThat(failure(script).message()).contains("limits.tasks of graph growing, which is 500", "lead to fewer");
        assertThat(script.run.root().superstep().size()).isLessThanOrEqualTo(500);
    }

    @Test
    void aGraphThatNamesNoLimitHasOne() {
        RunScript script = RunScript.started("""
                graph: wide
                state: { l: {} }
                nodes: { a: { agent: w }, b: { agent: w } }
                edges: [{ from: START, to: a }, { from: a, forEach: "lists.range(10001)", to: b }, { from: b, to: END }]
                """, "{}");
        script.answer("a@1", "{}");
        assertThat(failure(script).message())
                .startsWith("this leads to 10001 tasks at once")
                .endsWith("limits.tasks of graph wide, which is " + Limits.DEFAULT.tasks());
    }

    @Test
    void whatTheAttemptUsedThatLeadsToTooManyIsSpent() {
        RunScript script = RunScript.started("""
                graph: wide
                state: { l: {} }
                nodes: { a: { agent: w }, b: { set: "{}" } }
                edges: [{ from: START, to: a }, { from: a, forEach: "lists.range(3)", to: b }, { from: b, to: END }]
                limits: { tasks: 2 }
                """, "{}");
        script.reply("a@1", new AgentReply.Completed(JsonNodeFactory.instance.objectNode(), new Usage(4, 1)));
        assertThat(failure(script).type()).isEqualTo("task-limit");
        assertThat(script.run.spent().tokens()).isEqualTo(5);
    }

    @Test
    void asManyTasksAsTheLimitAreWellAndOnlyTheOneThatLeadsToMoreFails() {
        String graph = """
                graph: two
                state: { l: {} }
                nodes: { a: { agent: w }, b: { agent: w }, c: { set: "{}" } }
                edges:
                  - { from: START, to: [a, b] }
                  - { from: a, forEach: "lists.range(3)", to: c }
                  - { from: b, forEach: "lists.range(3)", to: c }
                  - { from: c, to: END }
                limits: { tasks: %d }
                """;
        RunScript enough = RunScript.started(graph.formatted(6), "{}");
        enough.answer("a@1", "{}");
        enough.answer("b@1", "{}");
        assertThat(enough.run.status()).isEqualTo(RunStatus.COMPLETED);

        RunScript tooFew = RunScript.started(graph.formatted(5), "{}");
        tooFew.answer("a@1", "{}");
        assertThat(tooFew.run.status()).isEqualTo(RunStatus.RUNNING);
        tooFew.answer("b@1", "{}");
        assertThat(failure(tooFew).message()).startsWith("this leads to 6 tasks at once");
        assertThat(Objects.requireNonNull(failure(tooFew).node())).isEqualTo("b");
    }

    @Test
    void tasksOfGraphsInsideCountForTheRun() {
        RunScript script = RunScript.started(RunScript.nested("""
                graph: inner
                state: { l: {} }
                nodes: { b: { agent: w } }
                edges: [{ from: START, forEach: "lists.range(3)", to: b }, { from: b, to: END }]
                ---
                graph: outer
                state: { l: {} }
                nodes: { a: { graph: inner } }
                edges: [{ from: START, forEach: "lists.range(3)", to: a }, { from: a, to: END }]
                limits: { tasks: 8 }
                """), "{}");
        assertThat(script.calls).hasSize(6);
        List.copyOf(script.calls).forEach(call -> script.answer(call.task(), "{}"));
        assertThat(failure(script).message())
                .startsWith("this leads to 9 tasks at once")
                .contains("graph outer, which is 8");
    }

    @Test
    void inputThatWouldBeginTooManyIsRefusedAndLeavesTheRunAsItWas() {
        RunScript script = RunScript.started("""
                graph: parts
                state: { l: { default: [] } }
                nodes: { a: { set: "{}" } }
                edges: [{ from: START, forEach: state.l, to: a }, { from: a, to: END }]
                limits: { tasks: 2 }
                """, "{'l': [1, 2]}");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        script.tell(new Command.Steer(
                "c1",
                new Control.Continue(
                        JsonNodeFactory.instance
                                .objectNode()
                                .set(
                                        "l",
                                        JsonNodeFactory.instance
                                                .arrayNode()
                                                .add(1)
                                                .add(2)
                                                .add(3)),
                        WhenBusy.REJECT)));
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(script.journal.getLast().body())
                .isInstanceOfSatisfying(
                        CommandRejected.class,
                        rejected -> assertThat(rejected.code()).isEqualTo("task-limit"));
    }

    @Test
    void aRunWhoseInputBeginsTooManyFails() {
        RunScript script = RunScript.started("""
                graph: parts
                state: { l: { default: [] } }
                nodes: { a: { set: "{}" } }
                edges: [{ from: START, forEach: state.l, to: a }, { from: a, to: END }]
                limits: { tasks: 2 }
                """, "{'l': [1, 2, 3]}");
        assertThat(failure(script).type()).isEqualTo("task-limit");
    }
}
