package dev.postroad.cli.changes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.json.FaultsException;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class ChangesTest {
    private static final String GRAPH = """
            graph: g
            state: { n: { reducer: sum }, old: {} }
            nodes:
              a: { agent: helper, timeout: PT5S }
              b: { set: "{}" }
            edges:
              - { from: START, to: a }
              - { from: a, when: state.n > 1, to: b }
              - { from: b, to: END }
            """;

    @Test
    void saysWhatWasAddedRemovedAndChanged() throws FaultsException {
        String changed = """
                graph: g
                state: { n: { reducer: max }, fresh: { default: 1 } }
                nodes:
                  a: { agent: other, retry: { maxAttempts: 2 } }
                  c: { set: "{}" }
                edges:
                  - { from: START, to: a }
                  - { from: [a], when: state.n > 2, to: b }
                  - { from: a, otherwise: true, to: c }
                limits: { supersteps: 5 }
                """;
        assertThat(Changes.between(read(GRAPH), read(changed)))
                .containsExactly(
                        "~ channel n: reducer \"sum\" → \"max\"",
                        "+ channel fresh: {\"default\":1}",
                        "- channel old",
                        "~ node a: agent \"helper\" → \"other\", +retry {\"maxAttempts\":2}, -timeout",
                        "+ node c: {\"set\":\"{}\"}",
                        "- node b",
                        "~ edge a → b: when state.n > 1 → when state.n > 2",
                        "+ edge a → c otherwise",
                        "- edge b → END",
                        "+ limits: {\"supersteps\":5}");
    }

    @Test
    void saysNothingWhereNothingButTheNumberDiffers() throws FaultsException {
        assertThat(Changes.between(read(GRAPH), read(GRAPH + "version: 3\n"))).isEmpty();
    }

    @Test
    void showsWhereLongTextsBeginToDiffer() throws FaultsException {
        String same = "You are a careful assistant who answers at length. ".repeat(5);
        assertThat(Changes.between(agent(same + "Be kind."), agent(same + "Be brief.")))
                .containsExactly("~ system: …ength. Be kind.\" → …ength. Be brief.\"");
    }

    private static Definition agent(String system) throws FaultsException {
        return read("agent: a\nkind: llm\nprompt: p\nsystem: \"" + system + "\"");
    }

    private static Definition read(String yaml) throws FaultsException {
        return Definitions.readAll(yaml).getFirst();
    }
}
