package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.graph.Graph;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What answers null writes nothing, and the run goes on. */
final class NothingTest {
    private static final String ONE = """
        graph: one
        state: { log: { reducer: append }, n: { default: 7 } }
        nodes:
          a: { %s }
          b: { set: "{'log': ['b']}" }
        edges:
          - { from: START, to: a }
          - { from: a, to: b }
          - { from: b, to: END }
        """;
    private static final String INSIDE = """
        graph: inner
        state: { n: {} }
        nodes: { i: { set: "null" } }
        edges:
          - { from: START, to: i }
          - { from: i, to: END }
        ---
        """;

    @ParameterizedTest
    @ValueSource(strings = {"null", "[null]", "[]", "{}", "[{}, null]"})
    void ofAnAgent(String answer) {
        RunScript script = one("agent: x");
        script.answer("a@1", answer);
        assertUnwritten(script);
    }

    @ParameterizedTest
    @ValueSource(strings = {"set: \"null\"", "set: \"{'n': 1}\", output: \"null\"", "set: \"[null, {}]\""})
    void ofANodeThatComputes(String work) {
        assertUnwritten(one(work));
    }

    @Test
    void ofAMappedResult() {
        RunScript script = one("agent: x, output: \"result\"");
        script.answer("a@1", "null");
        assertUnwritten(script);
    }

    @Test
    void amongSeveralWrites() {
        RunScript script = one("agent: x");
        script.answer("a@1", "[{'log': 1}, null, {'log': 2}]");
        assertThat(script.run.state()).isEqualTo(RunScript.json("{'log': [1, 2, 'b'], 'n': 7}"));
    }

    @Test
    void ofAPerson() {
        RunScript script = one("interrupt: \"'sure?'\"");
        script.tell(new Command.Resume("c1", Map.of("a", RunScript.json("null")), null, List.of()));
        assertUnwritten(script);
    }

    @ParameterizedTest
    @ValueSource(strings = {"graph: inner", "graph: inner, output: \"null\"", "graph: inner, input: \"{}\""})
    void ofAGraphInside(String work) {
        assertUnwritten(RunScript.started(RunScript.nested(INSIDE + ONE.formatted(work)), "{}"));
    }

    @Test
    void besideAGoto() {
        RunScript script = one("agent: x");
        script.reply("a@1", new AgentReply.Completed(RunScript.json("null"), Usage.NONE, List.of(Goto.node("b"))));
        assertUnwritten(script);
    }

    @Test
    void ofASingleAgentWhoseRunHasAnEmptyStateThen() {
        RunScript script = RunScript.started(Graph.ofAgent("x"), "{}");
        script.answer("x@1", "null");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(script.run.state()).isEqualTo(RunScript.json("{}"));
    }

    private static RunScript one(String work) {
        return RunScript.started(ONE.formatted(work), "{}");
    }

    private static void assertUnwritten(RunScript script) {
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(script.run.state()).isEqualTo(RunScript.json("{'log': ['b'], 'n': 7}"));
    }
}
