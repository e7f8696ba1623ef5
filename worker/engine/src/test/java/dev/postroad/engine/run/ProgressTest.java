package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.WhenBusy;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** That it never falls, and is 1 at the end only, is held to for random graphs and messages by {@link SimulatedRun}. */
@NullMarked
class ProgressTest {
    private static final String LOOP = """
            graph: loop
            state: { n: { reducer: sum, default: 0 } }
            nodes: { a: { agent: x }, b: { agent: x }, never: { agent: x }, last: { agent: x } }
            edges:
              - { from: START, to: a }
              - { from: a, to: b }
              - { from: b, when: "state.n < 3", to: a }
              - { from: b, when: "state.n > 100", to: never }
              - { from: b, otherwise: true, to: last }
              - { from: [never], to: last }
              - { from: last, to: END }
            """;
    private static final String FAN_OUT = """
            graph: fan-out
            state: { items: {} }
            nodes: { work: { agent: x }, join: { agent: x } }
            edges:
              - { from: START, forEach: state.items, as: item, to: work }
              - { from: work, to: join }
              - { from: join, to: END }
            """;

    private static List<Double> completions(RunScript script) {
        return script.journal.stream()
                .filter(event -> event.body() instanceof EventBody.NodeCompleted
                        || event.body() instanceof EventBody.RunCompleted)
                .map(Event::progress)
                .toList();
    }

    private static void answerAll(RunScript script, String output) {
        while (!script.run.callsUnderWay().isEmpty()) {
            script.answer(script.run.callsUnderWay().keySet().iterator().next(), output);
        }
    }

    @Test
    void theRoundsOfALoopCountOnceAndTheEndJumpsOverWhatWasNotTaken() {
        RunScript script = RunScript.started(LOOP, "{}");
        answerAll(script, "{'n': 1}");
        assertThat(completions(script)).containsExactly(0.25, 0.5, 0.5, 0.5, 0.75, 1.0);
    }

    @Test
    void theTasksOfAFanOutCountWithTheFirstThatCompletes() {
        RunScript script = RunScript.started(FAN_OUT, "{'items': [1, 2, 3]}");
        answerAll(script, "{}");
        assertThat(completions(script)).containsExactly(0.5, 0.5, 0.5, 0.99, 1.0);
    }

    @Test
    void itStaysWhereItWasWhenARunIsRolledBackOrContinued() {
        RunScript script = RunScript.started(LOOP, "{}");
        Run first = script.run;
        script.answer("a@1", "{'n': 1}");
        script.answer("b@2", "{'n': 1}");
        script.tell(new Command.Rollback("back", first, true));
        assertThat(script.run.progress()).isEqualTo(0.5);
        answerAll(script, "{'n': 2}");
        assertThat(script.run.progress()).isEqualTo(1);
        script.tell(new Command.Steer("on", new Control.Continue((ObjectNode) RunScript.json("{}"), WhenBusy.REJECT)));
        answerAll(script, "{'n': 2}");
        assertThat(script.journal.stream().map(Event::progress).toList()).isSorted();
        assertThat(script.journal.getLast().progress()).isEqualTo(1);
    }
}
