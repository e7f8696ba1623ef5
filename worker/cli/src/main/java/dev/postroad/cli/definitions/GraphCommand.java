package dev.postroad.cli.definitions;

import dev.postroad.cli.drawing.Drawings;
import dev.postroad.cli.drawing.Pen;
import dev.postroad.cli.screen.Characters;
import dev.postroad.cli.screen.Screen;
import dev.postroad.cli.screen.Visible;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "graph", description = "Draw a graph: its nodes, and what follows what.")
final class GraphCommand implements Callable<Integer> {
    private static final int COLUMNS_OF_PAPER = 100;

    private final Surroundings surroundings;

    @Parameters(paramLabel = "GRAPH", description = "The name of a graph, or a file that defines one.")
    private String graph = "";

    @Option(names = "--version", paramLabel = "N", description = "The version to draw; by default the newest.")
    private @Nullable Integer version;

    @ArgGroup
    private Form form = new Form();

    /** At most one of them is given. */
    static final class Form {
        @Option(names = "--mermaid", description = "Print a flowchart for Mermaid.")
        private boolean mermaid;

        @Option(names = "--dot", description = "Print a directed graph for Graphviz.")
        private boolean dot;

        @Option(names = "--svg", description = "Print a picture as SVG.")
        private boolean svg;

        @Option(names = "--ascii", description = "Draw boxes and lines of ASCII only; by default, of any characters.")
        private boolean ascii;
    }

    GraphCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        GraphDefinition definition = definition();
        surroundings.out().print(Visible.json(drawing(definition)));
        surroundings.out().flush();
        return ExitCode.COMPLETED;
    }

    private String drawing(GraphDefinition definition) {
        if (form.mermaid) {
            return Drawings.mermaid(definition);
        }
        if (form.dot) {
            return Drawings.dot(definition);
        }
        if (form.svg) {
            return Drawings.svg(definition);
        }
        int columns = surroundings.terminal().map(Screen::columns).orElse(COLUMNS_OF_PAPER);
        return Drawings.picture(definition, pen(), columns);
    }

    private Pen pen() {
        return form.ascii || surroundings.characters() == Characters.ASCII ? Pen.ASCII : Pen.LINES;
    }

    private GraphDefinition definition() throws FaultsException {
        if (version != null && version < 1) {
            throw CommandException.usage("--version: is " + version + "; versions count from 1");
        }
        GraphArgument argument = GraphArgument.read(graph, surroundings.in());
        if (argument.files().isEmpty()) {
            return published(argument);
        }
        if (version != null) {
            throw CommandException.usage("--version: has no meaning beside a file; remove it");
        }
        return argument.files().getFirst().graphs().getFirst();
    }

    private GraphDefinition published(GraphArgument argument) throws FaultsException {
        Servers servers = Servers.open(surroundings, Need.POSTGRES);
        if (version != null) {
            int wanted = version;
            return servers.definitions()
                    .numberedGraph(argument.name(), wanted)
                    .orElseThrow(() ->
                            CommandException.usage("there is no version " + wanted + " of a graph " + argument.name()));
        }
        PublishedDefinitions stored = servers.definitions();
        Optional<GraphDefinition> found =
                stored.newestGraph(argument.name()).or(() -> example(argument.name(), servers));
        if (found.isEmpty()) {
            argument.requireKnown(servers, stored);
        }
        return found.orElseThrow(
                () -> CommandException.failed("graph " + argument.name() + " is just being published"));
    }

    /** One that is not published yet, as it is before its first run. */
    private static Optional<GraphDefinition> example(String name, Servers servers) {
        return servers.embeddedData().isEmpty()
                ? Optional.empty()
                : Examples.bundled().stream()
                        .flatMap(file -> file.graphs().stream())
                        .filter(graph -> graph.name().equals(name))
                        .findFirst();
    }
}
