package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * By what a server knows the task that it made of a call. Immutable.
 *
 * @param session the one that the task was made in, as many servers find it in no other; null where there was none
 */
record McpHandle(String task, @Nullable String session) {
    String text() {
        ObjectNode tree = JsonNodeFactory.instance.objectNode().put("task", task);
        return (session == null ? tree : tree.put("session", session)).toString();
    }

    static McpHandle read(String text) {
        try {
            JsonNode tree = Json.read(text);
            return new McpHandle(
                    tree.path("task").asText(), tree.path("session").textValue());
        } catch (FaultsException foreign) {
            throw new IllegalArgumentException("no handle of a task: " + text, foreign);
        }
    }
}
