package dev.postroad.cli.definitions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.engine.graph.Library;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
final class DefinitionFileTest {
    private static final String GRAPH = """
            graph: g
            state: { n: { default: 0 } }
            nodes: { a: { agent: helper } }
            edges: [ { from: START, to: a }, { from: a, to: END } ]
            """;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void reportsTheFaultsOfAllFilesWithTheirPlaces() throws IOException {
        String unknownField = file("one.yaml", GRAPH.replace("edges:", "edge:"));
        String noAgent = file("two.yaml", "agent: x\nkind: magic");
        String nowhere = folder.resolve("three.yaml").toString();
        assertThatThrownBy(() -> read(unknownField, noAgent, nowhere))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining(unknownField + ": edge: is no known field")
                .hasMessageContaining(noAgent + ": kind: is \"magic\"; say llm, http, kafka, mcp or java")
                .hasMessageContaining(nowhere + ": cannot be read");
    }

    @Test
    void refusesTheSameNameTwice() throws IOException {
        String one = file("one.yaml", GRAPH);
        String two = file("two.yaml", GRAPH);
        assertThatThrownBy(() -> read(one, two))
                .hasMessage(two + ": defines graph/g as " + one + " does; keep one of the two");
    }

    @Test
    void knowsAgentsOfTheFilesAndThoseThatAreStored() throws IOException {
        String graph = file("graph.yaml", GRAPH);
        String agent = file("agent.yaml", "agent: helper\nkind: java");
        DefinitionFile.check(read(graph, agent), agents());
        DefinitionFile.check(read(graph), agents("helper"));
        assertThatThrownBy(() -> DefinitionFile.check(read(graph), agents("other")))
                .hasMessage(
                        graph + ": graph/g: nodes.a.agent: there is no agent helper; publish it, or name one that is"
                                + " there");
    }

    @Test
    void schedulesFitWhatTheyRun() throws IOException {
        String schedules = file("schedules.yaml", """
                { schedule: one, graph: nowhere, every: PT1M }
                ---
                { schedule: two, agent: nobody, every: PT1M, input: "{'day': " }
                ---
                { schedule: three, graph: g, every: PT1M, input: "{'day': state.day}" }
                ---
                { schedule: four, graph: g, every: PT1M, input: { nothing: 1 } }
                ---
                { schedule: five, graph: g, every: PT1M, input: "{'day': timestamp(schedule.time).getDayOfWeek()}" }
                """);
        String graph = file("graph.yaml", GRAPH);
        assertThatThrownBy(() -> DefinitionFile.check(read(schedules, graph), agents("helper")))
                .hasMessageContaining("schedule/one: graph: there is no graph nowhere; publish it, or name another")
                .hasMessageContaining("schedule/two: agent: there is no agent nobody; publish it, or name another")
                .hasMessageContaining("schedule/two: input: ")
                .hasMessageContaining("schedule/three: input: ")
                .hasMessageContaining("schedule/four: input: there is no channel nothing in graph g")
                .message()
                .doesNotContain("schedule/five");
    }

    @Test
    void theExamplesAreSound() {
        List<DefinitionFile> examples = Examples.bundled();
        assertThat(examples).extracting(DefinitionFile::name).contains("hello.yaml", "product-launch.yaml");
        DefinitionFile.check(examples, agents());
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private static Library agents(String... names) {
        return Library.ofAgents(Set.of(names)::contains);
    }

    private static List<DefinitionFile> read(String... files) {
        return DefinitionFile.readAll(List.of(files), InputStream.nullInputStream());
    }
}
