package dev.postroad.cli.definitions;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.cli.screen.Visible;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has node read the graphs, by the package that also serves their nodes. */
@Command(
        name = "langgraph",
        description = {
            "Print compiled graphs of LangGraph.js as Postroad has them; what is not carried over stands in comments.",
            "Needs node, and postroad-agents installed where the file is: see contracts/hosts/javascript."
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

    private final Surroundings surroundings;

    @Parameters(
            paramLabel = "FILE",
            description = "A module that exports what compile() returned, or a langgraph.json that names such modules.")
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

    ImportLangGraphCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        if (!Files.isRegularFile(file)) {
            throw CommandException.usage(file + ": is no file");
        }
        Path whole = file.toAbsolutePath();
        NodeProgram.Said said = NodeProgram.run(
                Objects.requireNonNull(whole.getParent()),
                SCRIPT,
                options(whole).toString());
        said.err().lines().forEach(surroundings::say);
        if (said.exitCode() != 0) {
            throw CommandException.failed(file + ": is not imported; node says why");
        }
        surroundings.out().print(Visible.json(said.out()));
        surroundings.out().flush();
        return ExitCode.COMPLETED;
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
