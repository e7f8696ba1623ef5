package dev.postroad.cli.definitions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.cli.screen.Visible;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has node or Python read the graphs, by the package that also serves their nodes. */
@Command(
        name = "langgraph",
        description = {
            "Print compiled graphs of LangGraph as Postroad has them; what is not carried over stands in comments.",
            "In JavaScript it needs node, 18.19 or later, and postroad-agents installed where the file is: see"
                    + " contracts/hosts/javascript; in Python python3, and postroad-agents installed there: see"
                    + " contracts/hosts/python."
        })
final class ImportLangGraphCommand implements Callable<Integer> {
    private static final String SCRIPT = """
            let printLangGraph;
            try {
              ({ printLangGraph } = await import("postroad-agents/import"));
            } catch (failed) {
              if (failed.code !== "ERR_MODULE_NOT_FOUND" || !failed.message.includes("'postroad-agents'")) {
                throw failed;
              }
              process.stderr.write("postroad-agents is not installed where the file is; "
                + "npm install --install-links DIR/contracts/hosts/javascript @langchain/langgraph @langchain/core\\n");
              process.exit(1);
            }
            await printLangGraph(JSON.parse(process.argv[1]));
            """;

    private static final String MODULE = """
            import importlib.util, runpy, sys
            if importlib.util.find_spec("postroad_agents_langgraph") is None:
                sys.exit("postroad-agents is not installed for this Python; pip install 'DIR/contracts/hosts/python[langgraph]'")
            runpy.run_module("postroad_agents_langgraph", run_name="__main__")
            """;

    private final Surroundings surroundings;

    @Parameters(
            paramLabel = "FILE",
            description = "A module that has what compile() returned, or a langgraph.json that names such modules.")
    private Path file = Path.of("");

    @Option(
            names = "--graph",
            paramLabel = "NAME",
            description = "Only this export of the module, or graph of langgraph.json; all by default.")
    private @Nullable String graph;

    @Option(names = "--name", paramLabel = "NAME", description = "What the graph is called; by default as there.")
    private @Nullable String name;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "Where its agents are served over HTTP, such as http://127.0.0.1:9000; over Kafka by default.")
    private @Nullable String url;

    @Option(
            names = "--python",
            paramLabel = "PROGRAM",
            defaultValue = "python3",
            description = "The Python that has the packages, such as .venv/bin/python (${DEFAULT-VALUE}).")
    private String python = "";

    ImportLangGraphCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        if (!Files.isRegularFile(file)) {
            throw CommandException.usage(file + ": is no file");
        }
        Path whole = file.toAbsolutePath();
        List<String> command = isPython(whole) ? python(whole) : node(whole);
        ForeignProgram.Said said = ForeignProgram.run(Objects.requireNonNull(whole.getParent()), command);
        said.err().lines().forEach(surroundings::say);
        if (said.exitCode() != 0) {
            throw CommandException.failed(file + ": is not imported; " + command.getFirst() + " says why");
        }
        surroundings.out().print(Visible.json(said.out()));
        surroundings.out().flush();
        return ExitCode.COMPLETED;
    }

    /** A langgraph.json is of one language: that of the first module it names. */
    private static boolean isPython(Path file) {
        if (!file.toString().endsWith(".json")) {
            return file.toString().endsWith(".py");
        }
        try {
            for (JsonNode named : Json.read(Files.readAllBytes(file)).path("graphs")) {
                String path =
                        named.isTextual() ? named.asText() : named.path("path").asText();
                return path.endsWith(".py") || path.contains(".py:");
            }
            return false;
        } catch (IOException | FaultsException unreadable) {
            throw CommandException.failed(file + ": " + unreadable.getMessage());
        }
    }

    private List<String> python(Path whole) {
        List<String> command = new ArrayList<>(List.of(program(), "-c", MODULE, whole.toString()));
        add(command, "--graph", graph);
        add(command, "--name", name);
        add(command, "--url", url);
        return command;
    }

    /** What has a folder is found from here, and not from where the file is. */
    private String program() {
        return python.contains("/") ? Path.of(python).toAbsolutePath().toString() : python;
    }

    private static void add(List<String> command, String option, @Nullable String value) {
        if (value != null) {
            command.add(option);
            command.add(value);
        }
    }

    private List<String> node(Path whole) {
        return List.of(
                "node",
                "--input-type=module",
                "--eval",
                SCRIPT,
                "--",
                options(whole).toString());
    }

    private ObjectNode options(Path whole) {
        ObjectNode options = JsonNodeFactory.instance.objectNode().put("file", whole.toString());
        if (graph != null) {
            options.put("only", graph);
        }
        if (name != null) {
            options.put("name", name);
        }
        if (url != null) {
            options.put("url", url);
        }
        return options;
    }
}
