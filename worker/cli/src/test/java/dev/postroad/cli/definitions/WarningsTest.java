package dev.postroad.cli.definitions;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class WarningsTest {
    @Test
    void whatIsProbablyNotMeantIsToldWithItsFileAndPlace() {
        assertThat(DefinitionFile.warnings(read("""
                        graph: g
                        nodes:
                          a: { agent: x, retry: { on: [timeout, timed-out] } }
                        edges: [{ from: START, to: a }, { from: a, to: END }]
                        """)))
                .singleElement()
                .asString()
                .startsWith("warning: -: graph/g: nodes.a.retry.on: Postroad has no error of type \"timed-out\"");
    }

    @Test
    void expressionsAreWarnedOfToo() {
        assertThat(DefinitionFile.warnings(read("""
                        graph: g
                        state: { n: { default: 7 } }
                        nodes:
                          a: { set: "{'n': state.n / 2}" }
                        edges: [{ from: START, to: a }, { from: a, to: END }]
                        """)))
                .singleElement()
                .asString()
                .startsWith("warning: -: graph/g: nodes.a.set: / of two whole numbers drops the remainder");
    }

    private static List<DefinitionFile> read(String yaml) {
        return DefinitionFile.readAll(List.of("-"), new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)));
    }
}
