package dev.postroad.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Graphs of LangGraph.js, as its packages and node really are. */
@NullMarked
final class ImportLangGraphTest {
    private static final Path INSTALLED = Path.of(
            System.getProperty("postroad.hosts", System.getenv().getOrDefault("POSTROAD_TEST_HOSTS", "")),
            "node_modules");
    private static final String MODULE = """
            import { Annotation, END, START, StateGraph } from "@langchain/langgraph";

            console.log("being read");
            export const draft = new StateGraph(Annotation.Root({ topic: Annotation(), joke: Annotation() }))
              .addNode("write", ({ topic }) => ({ joke: `about ${topic}` }))
              .addNode("polish", ({ joke }) => ({ joke }))
              .addEdge(START, "write")
              .addConditionalEdges("write", () => "good", { weak: "write", good: "polish" })
              .addEdge("polish", END);
            """;

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void needsThePackages() {
        Assumptions.assumeTrue(
                Files.isDirectory(INSTALLED.resolve("@langchain")),
                "npm install --prefix DIR kafkajs @langchain/langgraph @langchain/core, and POSTROAD_TEST_HOSTS=DIR");
    }

    /** As npm leaves them where the file is. */
    private void install() throws IOException {
        Path packages = Files.createDirectory(folder.resolve("node_modules"));
        Files.createSymbolicLink(packages.resolve("@langchain"), INSTALLED.resolve("@langchain"));
        copy(hosts().resolve("javascript"), packages.resolve("postroad-agents"));
    }

    private static Path hosts() {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(root.resolve("contracts/hosts"))) {
            root = Objects.requireNonNull(root.getParent(), "no contracts/hosts above");
        }
        return root.resolve("contracts/hosts");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path :
                    (Iterable<Path>) all.filter(path -> !path.toString().contains("node_modules"))::iterator) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    @Test
    void printsGraphsThatApplyTakes() throws IOException, FaultsException {
        install();
        Path file = Files.writeString(folder.resolve("jokes.mjs"), MODULE + "export default draft.compile();\n");
        TestShell shell = new TestShell(folder);
        assertThat(shell.run("import", "langgraph", file.toString(), "--url", "http://127.0.0.1:9000"))
                .as(shell::err)
                .isZero();
        assertThat(shell.err()).isEqualTo("being read\n");
        List<Definition> read = Definitions.readAll(shell.out());
        assertThat(read).filteredOn(AgentDefinition.class::isInstance).hasSize(2);
        assertThat(read)
                .filteredOn(GraphDefinition.class::isInstance)
                .singleElement()
                .extracting(Definition::name)
                .isEqualTo("jokes");
        assertThat(shell.out()).contains("url: http://127.0.0.1:9000/jokes.write\n");
    }

    @Test
    void takesTheGraphsThatAConfigurationNames() throws IOException {
        install();
        Files.writeString(folder.resolve("jokes.mjs"), MODULE + "export const graph = draft.compile();\n");
        Path file = Files.writeString(folder.resolve("langgraph.json"), """
                {"graphs": {"comedian": "./jokes.mjs:graph"}}
                """);
        TestShell shell = new TestShell(folder);
        assertThat(shell.run("import", "langgraph", file.toString(), "--graph", "comedian", "--name", "funny"))
                .as(shell::err)
                .isZero();
        assertThat(shell.out()).contains("agent: funny.write\nkind: kafka\n---", "graph: funny\n");
    }

    @Test
    void saysWhyNothingIsImported() throws IOException {
        Path file = Files.writeString(folder.resolve("jokes.mjs"), MODULE);
        TestShell shell = new TestShell(folder);
        assertThat(shell.run("import", "langgraph", file.toString())).isEqualTo(1);
        assertThat(shell.err()).contains("postroad-agents is not installed where the file is; npm install");
        install();
        assertThat(shell.run("import", "langgraph", file.toString())).isEqualTo(1);
        assertThat(shell.err()).contains("draft is a StateGraph that is not compiled; export what compile() returns");
        assertThat(shell.out()).isEmpty();
    }
}
