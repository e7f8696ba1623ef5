package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunStatus;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** However much the expressions of a run cost, they hold up no other run for long. */
@NullMarked
class CostlyExpressionTest {
    /** About half of what one evaluation may take. */
    private static final String HALF = "lists.range(150).filter(i, i in lists.range(5000)).size()";

    private static final String LIST = "{'l': [" + "1234567,".repeat(59_999) + "1]}";

    @Test
    void anExpressionThatCostsTooMuchFailsItsNodeAndSaysWhatToDo() {
        RunScript script = RunScript.started("""
            graph: slow
            state: { l: {}, n: {} }
            nodes: { count: { set: "{'n': state.l.filter(i, i + state.l.size() in state.l).size()}" } }
            edges: [{ from: START, to: count }, { from: count, to: END }]
            """, LIST);
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(String.valueOf(script.run.error()))
                .contains(
                        "state.l.filter(i, i + state.l.size() in state.l)", "more than 2000000 steps", "let an agent");
    }

    @Test
    void theConditionsOfOneNodeShareALimit() {
        StringBuilder yaml = new StringBuilder("""
            graph: slow
            state: { l: {}, n: {} }
            nodes: { a: { set: "{'n': 1}" }, b: { set: "{'n': 2}" } }
            edges:
              - { from: START, to: a }
              - { from: b, to: END }
              - { from: a, otherwise: true, to: END }
            """);
        for (int i = 0; i < 100; i++) {
            yaml.append("  - { from: a, when: \"")
                    .append(HALF)
                    .append(" < ")
                    .append(i - 100)
                    .append("\", to: b }\n");
        }
        RunScript script = RunScript.started(yaml.toString(), "{}");
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(String.valueOf(script.run.error())).contains("more than 2000000 steps");
    }

    @Test
    void aDecisionWithManyExpressionsMakesWayForOthers() {
        RunScript script = RunScript.started("""
            graph: wide
            state: { n: { reducer: append } }
            nodes: { work: { set: "{'n': %s}" } }
            edges:
              - { from: START, forEach: "lists.range(40)", to: work }
              - { from: work, to: END }
            """.formatted(HALF), "{}");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(script.run.state().get("n")).hasSize(40);
        assertThat(script.yields).as("decisions besides the first").isGreaterThanOrEqualTo(10);
    }

    @Test
    void aRunThatIsReadBackMakesItsCallsAgainInPortions() {
        RunScript script = RunScript.started("""
                graph: wide
                state: { n: { reducer: sum } }
                nodes: { work: { agent: x, input: "{'n': %s}" } }
                edges:
                  - { from: START, forEach: "lists.range(40)", to: work }
                  - { from: work, to: END }
                limits: { concurrency: 40 }
                """.formatted(HALF), "{}");
        assertThat(script.calls).hasSize(40);
        int before = script.yields;
        script.recover();
        assertThat(script.calls).hasSize(40).extracting(Effect.CallAgent::task).doesNotHaveDuplicates();
        assertThat(script.yields - before).as("portions besides the first").isGreaterThanOrEqualTo(10);
        for (Effect.CallAgent call : List.copyOf(script.calls)) {
            script.answer(call.task(), "{'n': 1}");
        }
        assertThat(script.run.state().get("n").intValue()).isEqualTo(40);
    }

    @Test
    void theReducersOfOneMergeShareALimit() {
        RunScript script = RunScript.started("""
            graph: wide
            state: { n: { reducer: "%s + new", default: 0 } }
            nodes: { work: { set: "{'n': 1}" } }
            edges:
              - { from: START, forEach: "lists.range(40)", to: work }
              - { from: work, to: END }
            """.formatted(HALF), "{}");
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(String.valueOf(script.run.error()))
                .contains("channel n cannot be reduced", "more than 2000000 steps");
        assertThat(script.journal).extracting(event -> event.body().type()).contains(EventType.RUN_FAILED);
    }
}
