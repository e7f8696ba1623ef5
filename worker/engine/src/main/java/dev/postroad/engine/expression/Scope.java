package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.cel.common.values.NullValue;
import java.util.HashMap;
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

    Map<String, Object> variables() {
        Map<String, Object> variables = HashMap.newHashMap(6);
        variables.put("error", NullValue.NULL_VALUE);
        others.forEach((name, value) -> variables.put(name, JsonValues.toCel(value)));
        variables.put("state", JsonValues.toCel(state));
        variables.put("result", JsonValues.toCel(result));
        variables.put("input", JsonValues.toCel(input));
        variables.put("run", JsonValues.toCel(run));
        return variables;
    }
}
