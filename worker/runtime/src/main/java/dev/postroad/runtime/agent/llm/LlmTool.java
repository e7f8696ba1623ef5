package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A tool that a model may call, as its author named it.
 *
 * @param name by which the model calls it
 * @param kind what does its work
 * @param target the name of the graph or of the agent
 * @param version of the graph; null for the newest at each call, and for agents
 * @param description what the model is told of it; null for what the target says of itself
 * @param parameters the JSON Schema of its arguments; null for what the target says of itself
 */
record LlmTool(
        String name,
        Kind kind,
        String target,
        @Nullable Integer version,
        @Nullable String description,
        @Nullable ObjectNode parameters) {
    /** What does its work. */
    enum Kind {
        AGENT,
        GRAPH
    }
}
