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
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Graphs of LangGraph, as its packages, node and Python really are. */
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

    private static final String INSTALLED_FOR_PYTHON = System.getenv().getOrDefault("POSTROAD_TEST_PYTHON", "");

    private static final String GRAPH_IN_PYTHON = """
            from typing import TypedDict
            from langgraph.graph import START, StateGraph

            class State(TypedDict):
                topic: str
                joke: str

            print("being read")
            draft = (
                StateGraph(State)
                .add_node("write", lambda state: {"joke": f"about {state['topic']}"})
                .add_node("polish", lambda state: {})
                .add_edge(START, "write")
                .add_conditional_edges("write", lambda state: "good", {"weak": "write", "good": "polish"})
            )
            """;

    @TempDir
    private Path folder = Path.of("");

    private static void needsThePackages() {
        Assumptions.assumeTrue(
                Files.isDirectory(INSTALLED.resolve("@langchain")),
                "npm install --prefix DIR kafkajs @langchain/langgraph @langchain/core, and POSTROAD_TEST_HOSTS=DIR");
    }

    /** As npm leaves them where the file is. */
    private void install() throws IOException {
        needsThePackages();
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
        needsThePackages();
        Path file = Files.writeString(folder.resolve("jokes.mjs"), MODULE);
        TestShell shell = new TestShell(folder);
        assertThat(shell.run("import", "langgraph", file.toString())).isEqualTo(1);
        assertThat(shell.err()).contains("postroad-agents is not installed where the file is; npm install");
        install();
        assertThat(shell.run("import", "langgraph", file.toString())).isEqualTo(1);
        assertThat(shell.err()).contains("draft is a StateGraph that is not compiled; export what compile() returns");
        assertThat(shell.out()).isEmpty();
    }

    @Test
    void takesGraphsInPython() throws IOException, FaultsException {
        Path file = Files.writeString(folder.resolve("jokes.py"), GRAPH_IN_PYTHON + "graph = draft.compile()\n");
        TestShell shell = new TestShell(folder);
        String python = python(INSTALLED_FOR_PYTHON + ":" + hosts().resolve("python"));
        assertThat(shell.run("import", "langgraph", file.toString(), "--python", python, "--url", "http://h:1"))
                .as(shell::err)
                .isZero();
        assertThat(shell.err()).isEqualTo("being read\n");
        assertThat(Definitions.readAll(shell.out())).hasSize(3);
        assertThat(shell.out()).contains("url: http://h:1/jokes.write\n", "graph: jokes\n");
        file = Files.writeString(folder.resolve("langgraph.json"), """
                {"dependencies": ["."], "graphs": {"comedian": {"path": "./jokes.py:graph"}}}
                """);
        assertThat(shell.run(
                        "import",
                        "langgraph",
                        file.toString(),
                        "--python",
                        python,
                        "--graph",
                        "comedian",
                        "--name",
                        "funny"))
                .as(shell::err)
                .isZero();
        assertThat(shell.out()).contains("agent: funny.write\nkind: kafka\n---", "graph: funny\n");
    }

    @Test
    void saysWhyNothingIsImportedFromPython() throws IOException {
        Path file = Files.writeString(folder.resolve("jokes.py"), GRAPH_IN_PYTHON);
        TestShell shell = new TestShell(folder);
        assertThat(shell.run("import", "langgraph", file.toString(), "--python", python("")))
                .isEqualTo(1);
        assertThat(shell.err()).contains("postroad-agents is not installed for this Python; pip install");
        String python = python(INSTALLED_FOR_PYTHON + ":" + hosts().resolve("python"));
        assertThat(shell.run("import", "langgraph", file.toString(), "--python", python))
                .isEqualTo(1);
        assertThat(shell.err()).contains("draft is a StateGraph that is not compiled; give what compile() returns");
        assertThat(shell.out()).isEmpty();
        assertThat(shell.run("import", "langgraph", file.toString(), "--python", "no-such-python"))
                .isEqualTo(1);
        assertThat(shell.err()).contains("no-such-python cannot be started; install it");
    }

    /** The system's Python, with folders that it finds packages in. */
    private String python(String packages) throws IOException {
        Assumptions.assumeTrue(
                Files.isDirectory(Path.of(INSTALLED_FOR_PYTHON, "langgraph")),
                "/usr/bin/python3 -m pip install --target DIR langgraph==1.2.12, and POSTROAD_TEST_PYTHON=DIR");
        Path program = Files.writeString(folder.resolve("python"), """
                #!/bin/sh
                PYTHONPATH='%s' exec /usr/bin/python3 -B "$@"
                """.formatted(packages));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return program.toString();
    }
}
