package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Content;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Makes a reply of what a tool answered: its structured content where it has some; else {@code {"text": …}} of its texts, and
 * beside it {@code "content"} with all of its parts where one is no text. Thread-safe.
 */
record McpAnswer(int maxBytes, RemoteFaults faults) {
    AgentReply read(CallToolResult result) {
        List<Content> parts = result.content() == null ? List.of() : result.content();
        String text = parts.stream()
                .filter(TextContent.class::isInstance)
                .map(part -> ((TextContent) part).text())
                .collect(Collectors.joining("\n"));
        if (Boolean.TRUE.equals(result.isError())) {
            return faults.permanent("mcp.tool-error", "the tool failed: " + text);
        }
        try {
            byte[] written = McpJson.INSTANCE.writeValueAsBytes(result);
            if (written.length > maxBytes) {
                return faults.tooLarge(maxBytes);
            }
            return new Completed(output(Json.read(written), parts, text), Usage.NONE);
        } catch (FaultsException unstorable) {
            return faults.badAnswer(unstorable.faults());
        } catch (IOException unwritable) {
            return faults.badAnswer("the answer cannot be kept: " + unwritable.getMessage());
        }
    }

    private static JsonNode output(JsonNode answered, List<Content> parts, String text) {
        JsonNode structured = answered.path("structuredContent");
        if (structured.isContainerNode()) {
            return structured;
        }
        ObjectNode output = JsonNodeFactory.instance.objectNode().put("text", text);
        if (!parts.stream().allMatch(TextContent.class::isInstance)) {
            output.set("content", answered.path("content"));
        }
        return output;
    }
}
