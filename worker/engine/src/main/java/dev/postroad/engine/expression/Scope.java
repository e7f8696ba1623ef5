package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.Map;

/**
 * What an expression may refer to.
 *
 * @param state the state's channels
 * @param result what the agent answered; JSON null outside a node's {@code output}
 * @param input what the task was handed, by {@code forEach} or {@code goto}; else the input of the run
 * @param run facts about the run: {@code id graph version superstep}
 * @param others what only some expressions may refer to: {@code error}, or a name given by {@code as}
 */
public record Scope(JsonNode state, JsonNode result, JsonNode input, JsonNode run, Map<String, JsonNode> others) {
    /** A scope without a result. */
    public static Scope of(JsonNode state, JsonNode input, JsonNode run) {
        return new Scope(state, NullNode.instance, input, run, Map.of());
    }

    /** What a variable holds; JSON null for one that this scope does not have. */
    JsonNode variable(String name) {
        return switch (name) {
            case "state" -> state;
            case "result" -> result;
            case "input" -> input;
            case "run" -> run;
            default -> others.getOrDefault(name, NullNode.instance);
        };
    }
}
