package dev.postroad.cli.running;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.contracts.message.Trigger.OfGraph;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which version of a graph is to be run. */
final class GraphVersionOption {
    @Option(names = "--version", paramLabel = "N", description = "The version of the graph; by default the newest.")
    private @Nullable Integer version;

    OfGraph of(String graph) {
        if (version != null && version < 1) {
            throw CommandException.usage("--version: is " + version + "; versions count from 1");
        }
        return new OfGraph(graph, version);
    }
}
