package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.agent.attempt.ToolOffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a server lists of a tool, as a model is told it. */
final class McpOffer {
    private McpOffer() {}

    static ToolOffer of(@Nullable String description, Map<String, Object> inputSchema) {
        return new ToolOffer(
                description == null ? "" : description,
                Json.mapper().valueToTree(inputSchema) instanceof ObjectNode parameters ? parameters : null,
                0);
    }
}
