package dev.postroad.contracts.agent;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * Where an agent sends its run.
 *
 * @param node a node of the graph, or {@code END}, which just ends this path
 * @param input makes a task of its own, with this input; null triggers the node as an edge does
 * @param parent whether the node is one of the graph that this one is a part of
 */
public record Goto(String node, @Nullable JsonNode input, boolean parent) {
    /** Triggers a node of the same graph. */
    public static Goto node(String node) {
        return new Goto(node, null, false);
    }
}
