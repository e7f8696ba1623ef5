package dev.postroad.engine.graph;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * What a route leads to.
 *
 * @param input null triggers the node, once however many lead to it; else this is one task of its own, with this input
 */
public record Target(String node, @Nullable JsonNode input) {
    /** Triggers a node. */
    public static Target of(String node) {
        return new Target(node, null);
    }
}
