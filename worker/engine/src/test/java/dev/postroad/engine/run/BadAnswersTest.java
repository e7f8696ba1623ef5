package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.engine.graph.Target;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people, agents and expressions can get wrong fails with the reason, and what is right at the edge works. */
@NullMarked
class BadAnswersTest {
    private static final String ONE = """
            graph: one
            state: { log: { reducer: append }, chat: { reducer: messages }, to: {}, n: {} }
            nodes:
              a: { %s }
              late: { agent: x, defer: true }
              b: { agent: x }
            edges:
              - { from: START, to: a }
              - { from: a, to: late }
              - { from: a, when: "has(state.n) && state.n > 1", to: b }
              - { from: b, to: END }
              - { from: late, to: END }
            """;

    private static JsonNode json(String text) {
        return RunScript.json(text);
    }

    private static RunScript one(String work) {
        return RunScript.started(ONE.formatted(work), "{'log': []}");
    }

    private static RunError error(RunScript script) {
        return Objects.requireNonNull(script.run.error());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            7                                              | bad-output       | the result must be an object whose keys are channels
            [7]                                            | bad-output       | the result must be an object whose keys are channels
            {'lgo': 1}                                     | bad-output       | there is no channel lgo
            {'n': 'text'}                                  | expression       | failed
            {'chat': 7}                                    | bad-output       | messages takes objects
            {'chat': [7]}                                  | bad-output       | messages takes objects
            {'chat': {'type': 'remove', 'id': 'x'}}        | channel-conflict | has no message x to remove
            [{'n': 1}, {'n': 2}]                           | channel-conflict | takes one write in a superstep, but got 2
            """)
    void aWrongAnswerFailsItsNodeAndSaysWhatIsWrong(String answer, String type, String message) {
        RunScript script = one("agent: x");
        script.answer("a@1", answer);
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(error(script).type()).isEqualTo(type);
        assertThat(error(script).message()).contains(message);
        assertThat(error(script).node()).isEqualTo("a");
    }

    @Test
    void allMessagesCanBeRemovedAtOnce() {
        RunScript script = one("agent: x");
        script.answer(
                "a@1", "[{'chat': {'id': '1'}}, {'chat': [{'type': 'remove', 'id': '__remove_all__'}, {'id': '2'}]}]");
        assertThat(script.run.state().get("chat")).isEqualTo(json("[{'id': '2'}]"));
    }

    @Test
    void aGotoToTheEndJustEndsThatPath() {
        RunScript script = one("agent: x");
        script.reply("a@1", new AgentReply.Completed(json("{}"), Usage.NONE, List.of(Goto.node("END"))));
        assertThat(script.run.next()).as("the edge is taken all the same").containsExactly("late");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            interrupt: "state.gone.x"                  | expression
            sleep: "state.gone.x"                      | expression
            set: "[state.log]"                         | bad-output
            sleep: "7"                                 | bad-output
            """)
    void aBuiltInNodeThatCannotBeEvaluatedFails(String work, String type) {
        RunScript script =
                RunScript.started(ONE.formatted(work).replace("n: {} }", "n: {}, gone: {} }"), "{'log': []}");
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(error(script).type()).isEqualTo(type);
    }

    @Test
    void aPersonsAnswerIsTheResultOfANodeThatAsks() {
        RunScript script = one("interrupt: \"'sure?'\", output: \"{'log': result}\"");
        script.recover();
        assertThat(script.run.interrupts()).extracting(Interrupt::question).containsExactly(json("'sure?'"));
        script.tell(new Command.Resume("go on", Map.of(), null, List.of()));
        assertThat(script.run.status()).as("nobody answered").isEqualTo(RunStatus.WAITING);
        script.tell(
                new Command.Resume("yes", Map.of("a", json("'yes'")), (ObjectNode) json("{'log': 'note'}"), List.of()));
        assertThat(script.run.state()).isEqualTo(json("{'log': ['note', 'yes'], 'chat': []}"));
        assertThat(Run.fold("run-1", script.run.graph(), script.journal).state())
                .isEqualTo(script.run.state());
    }

    @Test
    void aNodeMaySleepUntilATime() {
        RunScript script = one("sleep: \"'2026-01-01T00:00:30Z'\"");
        assertThat(script.run.wakeAt()).isEqualTo(RunScript.START.plusSeconds(30));
        RunScript past = one("sleep: \"'-PT5S'\"");
        past.wakeNext();
        assertThat(past.run.status()).isEqualTo(RunStatus.RUNNING);
    }

    @Test
    void aResumeMayAddTasksAlsoDeferredOnesAndThoseWithAnInput() {
        RunScript script = RunScript.started(ONE.formatted("agent: x") + "interruptBefore: all\n", "{'log': []}");
        script.tell(new Command.Resume(
                "r",
                Map.of(),
                null,
                List.of(Target.of("late"), new Target("b", json("{'handed': 1}")), Target.of("a"))));
        assertThat(script.calls).extracting(Effect.CallAgent::task).containsExactly("a@1", "b@1.0");
        assertThat(script.calls.getLast().input()).isEqualTo(json("{'handed': 1}"));
    }

    @Test
    void aRunThatIsRolledBackRemembersWhatWasDeferredThen() {
        RunScript script =
                RunScript.started(ONE.formatted("agent: x").replace("to: late }", "to: [late, b] }"), "{'log': []}");
        script.answer("a@1", "{}");
        Run base = script.run;
        assertThat(base.next()).containsExactly("b");
        script.answer("b@2", "{}");
        script.answer("late@3", "{'log': 'end'}");
        script.tell(new Command.Rollback("back", base, true));
        script.recover();
        script.answer("b@5", "{}");
        script.answer("late@6", "{'log': 'again'}");
        assertThat(script.run.state().get("log")).isEqualTo(json("['again']"));
    }

    @Test
    void anUpdateAsTheEndCanOnlyClear() {
        RunScript script = RunScript.started(ONE.formatted("agent: x") + "interruptBefore: all\n", "{'log': []}");
        script.tell(new Command.UpdateState("u", (ObjectNode) json("{'log': 1}"), "END", null));
        assertThat(script.types()).last().isEqualTo("command.rejected");
        script.tell(new Command.UpdateState("v", (ObjectNode) json("{}"), "END", null));
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void anInputThatAConditionCannotTakeFailsTheRunOrIsRejected() {
        String graph = """
                graph: entry
                state: { n: {} }
                nodes: { a: { agent: x } }
                edges:
                  - { from: START, when: "state.n > 1", to: a }
                  - { from: START, otherwise: true, to: END }
                  - { from: a, to: END }
                """;
        assertThat(error(RunScript.started(graph, "{'n': 'text'}")).type()).isEqualTo("expression");
        RunScript script = RunScript.started(graph, "{'n': 0}");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        script.tell(new Command.Steer("c", new Control.Continue((ObjectNode) json("{'n': 'text'}"), WhenBusy.ENQUEUE)));
        assertThat(script.types()).last().isEqualTo("command.rejected");
    }

    @Test
    void aForEachThatGivesNoListFailsItsNode() {
        RunScript script = RunScript.started("""
                graph: wide
                state: { items: {} }
                nodes: { a: { agent: x }, b: { agent: x } }
                edges: [{ from: START, to: a }, { from: a, forEach: state.items, to: b }, { from: b, to: END }]
                """, "{'items': 7}");
        script.answer("a@1", "{}");
        assertThat(error(script).message()).contains("must give a list");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "7"              | bad-output | the input of graph inner must be an object of its channels
            "{'x': 1}"       | bad-output | there is no channel x in graph inner
            "{'n': 'text'}"  | expression | failed
            """)
    void aGraphInsideThatCannotTakeItsInputFailsItsNode(String input, String type, String message) {
        RunScript script = RunScript.started(RunScript.nested("""
                graph: inner
                state: { n: {} }
                nodes: { a: { agent: x } }
                edges:
                  - { from: START, when: "state.n > 1", to: a }
                  - { from: START, otherwise: true, to: END }
                  - { from: a, to: END }
                ---
                graph: outer
                state: { m: {} }
                nodes: { part: { graph: inner, input: %s, output: "{'m': result.n}" } }
                edges: [{ from: START, to: part }, { from: part, to: END }]
                """.formatted(input)), "{}");
        assertThat(error(script).type()).isEqualTo(type);
        assertThat(error(script).message()).contains(message);
    }

    @Test
    void aGraphInsideIsMappedInAndOut() {
        RunScript script = RunScript.started(RunScript.nested("""
                graph: inner
                state: { n: {} }
                nodes: { a: { agent: x } }
                edges: [{ from: START, to: a }, { from: a, to: END }]
                ---
                graph: outer
                state: { m: {} }
                nodes: { part: { graph: inner, input: "{'n': state.m + 1}", output: "{'m': result.n * 10}" } }
                edges: [{ from: START, to: part }, { from: part, to: END }]
                """), "{'m': 1}");
        assertThat(script.calls.getFirst().input()).isEqualTo(json("{'n': 2}"));
        script.answer("part@1/a@1", "{'n': 3}");
        assertThat(script.run.state()).isEqualTo(json("{'m': 30}"));
    }

    @Test
    void ofSeveralWritesInsideToAChannelThatTakesOneTheLastCounts() {
        RunScript script = RunScript.started(RunScript.nested("""
                graph: inner
                state: { n: {} }
                nodes: { a: { agent: x }, b: { agent: x } }
                edges: [{ from: START, to: a }, { from: a, to: b }, { from: b, to: END }]
                ---
                graph: outer
                state: { n: {} }
                nodes: { part: { graph: inner } }
                edges: [{ from: START, to: part }, { from: part, to: END }]
                """), "{'n': 0}");
        script.answer("part@1/a@1", "{'n': 1}");
        script.answer("part@1/b@2", "{'n': 2}");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(script.run.state()).isEqualTo(json("{'n': 2}"));
    }

    @Test
    void aJournalThatEndsBeforeTheFailureThatAConflictIsGoesOnWithIt() {
        RunScript script = RunScript.started("""
                graph: pair
                state: { n: {} }
                nodes: { a: { agent: x }, b: { agent: x } }
                edges: [{ from: START, to: [a, b] }, { from: [a, b], to: END }]
                """, "{}");
        script.answer("a@1", "{'n': 1}");
        script.answer("b@1", "{'n': 2}");
        assertThat(script.journal.removeLast().body()).isInstanceOf(EventBody.RunFailed.class);
        script.recover();
        assertThat(script.run.stateSoFar()).as("readable all the same").isEqualTo(json("{}"));
        assertThat(error(script).message()).contains("channel n", "a and b");
    }

    @Test
    void unsoundPartsOfADefinitionAreNamed() {
        assertThatThrownBy(() -> RunScript.graph("""
                graph: bad
                state: { x: { reducer: 'old +' } }
                nodes: { a: { agent: x, onError: nobody }, b: { interrupt: 'state.' } }
                edges: [{ from: START, to: [a, b] }, { from: [a, b], to: END }]
                """))
                .hasMessageContaining("state.x.reducer")
                .hasMessageContaining("nodes.a.onError")
                .hasMessageContaining("there is no node nobody")
                .hasMessageContaining("nodes.b.interrupt");
    }
}
