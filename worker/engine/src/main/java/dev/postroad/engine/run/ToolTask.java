package dev.postroad.engine.run;

import dev.postroad.contracts.agent.ToolCall;
import dev.postroad.engine.graph.Graph;
import org.jspecify.annotations.Nullable;

/**
 * A call of a tool, with all that is needed to make it.
 *
 * @param graph the graph that it calls; null where it calls none
 */
public record ToolTask(ToolCall call, @Nullable Graph graph) {
    public ToolTask {
        if (call.target() instanceof ToolCall.OfGraph == (graph == null)) {
            throw new IllegalArgumentException("a call of a graph has that graph, and no other has one");
        }
    }
}
