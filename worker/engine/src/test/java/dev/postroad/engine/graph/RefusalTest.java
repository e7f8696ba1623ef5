package dev.postroad.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.json.FaultsException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is said of writes that a graph cannot take. */
final class RefusalTest {
    private final Graph graph = graph(100);

    @Test
    void twentyThousandUnknownKeysForAHundredChannelsAreRefusedInAFewLines() {
        String refusal = graph.refusal(writes("key", 20_000));
        assertThat(refusal)
                .startsWith("there is no channel key0 in graph wide; its channels are c0, c1, ")
                .contains("c19 and 80 more; there is no channel key1 in")
                .endsWith("; and 19980 more cannot be taken")
                .hasSizeLessThan(10_000);
    }

    @Test
    void valuesThatNoChannelCanTakeAreCountedToo() {
        ObjectNode writes = writes("c", 100);
        writes.setAll(writes("key", 50));
        assertThat(graph.refusal(writes))
                .startsWith("channel c0 cannot take STRING: sum takes a number; channel c1")
                .endsWith("; and 130 more cannot be taken");
    }

    @Test
    void aLongNameIsCut() {
        ObjectNode writes = JsonNodeFactory.instance.objectNode().put("k".repeat(100_000), 1);
        assertThat(graph.refusal(writes)).hasSizeLessThan(1_000);
    }

    @Test
    void definitionsWithThousandsOfFaultsAreRefusedInAFewLines() {
        String edges = IntStream.range(0, 5_000)
                .mapToObj(i -> "  - { from: START, to: nowhere" + i + " }\n")
                .collect(Collectors.joining());
        GraphDefinition definition = definition(100, edges);
        assertThat(org.assertj.core.api.Assertions.catchThrowableOfType(
                        FaultsException.class, () -> GraphCompiler.compile(definition, 1, agent -> true)))
                .satisfies(thrown -> {
                    assertThat(thrown.faults()).hasSize(101);
                    assertThat(thrown.faults().getLast().problem()).isEqualTo("4900 more things are wrong");
                    assertThat(thrown.getMessage()).hasSizeLessThan(250_000);
                });
    }

    private static ObjectNode writes(String name, int count) {
        ObjectNode writes = JsonNodeFactory.instance.objectNode();
        IntStream.range(0, count).forEach(i -> writes.put(name + i, "text"));
        return writes;
    }

    private static Graph graph(int channels) {
        try {
            return GraphCompiler.compile(definition(channels, ""), 1, agent -> true);
        } catch (FaultsException unsound) {
            throw new AssertionError(unsound);
        }
    }

    private static GraphDefinition definition(int channels, String moreEdges) {
        String state = IntStream.range(0, channels)
                .mapToObj(i -> "  c" + i + ": { reducer: sum }\n")
                .collect(Collectors.joining());
        String yaml = "graph: wide\nstate:\n" + state
                + "nodes:\n  one: { set: '{}' }\nedges:\n  - { from: START, to: one }\n  - { from: one, to: END }\n"
                + moreEdges;
        try {
            return (GraphDefinition) Definitions.readAll(yaml).getFirst();
        } catch (FaultsException unsound) {
            throw new AssertionError(unsound);
        }
    }
}
