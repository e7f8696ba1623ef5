package dev.postroad.engine.graph;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * What a route leads to.
 *
 * @param input null triggers the node, once however many lead to it; else this is one task of its own, with this input
 * @param none whether it is a fan-out over nothing, which leads nowhere and counts as done for the joins behind the node
 */
public record Target(String node, @Nullable JsonNode input, boolean none) {
    /** One that leads to the node. */
    public Target(String node, @Nullable JsonNode input) {
        this(node, input, false);
    }

    /** Triggers a node. */
    public static Target of(String node) {
        return new Target(node, null);
    }

    /** A fan-out over nothing. */
    public static Target none(String node) {
        return new Target(node, null, true);
    }
}
