package dev.postroad.cli.running;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.contracts.message.Trigger.OfGraph;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What can be said about a run of a graph before it begins: in which version, and what is said of any run. */
final class GraphTriggerOptions {
    @Option(names = "--version", paramLabel = "N", description = "The version of the graph; by default the newest.")
    private @Nullable Integer version;

    @Mixin
    private TriggerOptions options = new TriggerOptions();

    /** The trigger of a graph; always with a run id. */
    Trigger trigger(String graph, Surroundings surroundings) {
        if (version != null && version < 1) {
            throw CommandException.usage("--version: is " + version + "; versions count from 1");
        }
        return options.trigger(new OfGraph(graph, version), surroundings);
    }
}
