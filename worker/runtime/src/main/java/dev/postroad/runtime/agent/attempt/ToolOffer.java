package dev.postroad.runtime.agent.attempt;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an agent or a graph as a tool for others.
 *
 * @param description what it does; empty where nobody says
 * @param parameters the JSON Schema of what it is given; null where nobody says
 * @param version of a graph; 0 of an agent
 */
public record ToolOffer(String description, @Nullable ObjectNode parameters, int version) {
    /** Of whom nothing is known. */
    public static final ToolOffer UNKNOWN = new ToolOffer("", null, 0);
}
