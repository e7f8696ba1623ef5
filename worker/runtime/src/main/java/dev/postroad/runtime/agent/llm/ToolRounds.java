package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import java.util.ArrayList;
import java.util.List;

/** Tells a model again what it asked of its tools, and what they answered. Thread-safe. */
final class ToolRounds {
    private static final String CALLS = "calls";

    private ToolRounds() {}

    /** How many calls were made, and refused. */
    static int calls(List<JsonNode> rounds) {
        return rounds.stream().mapToInt(round -> round.path(CALLS).size()).sum();
    }

    /** The messages, and after them those of all rounds. */
    static List<ChatMessage> added(List<ChatMessage> messages, List<JsonNode> rounds) {
        if (calls(rounds) == 0) {
            return messages;
        }
        List<ChatMessage> all = new ArrayList<>(messages);
        for (JsonNode round : rounds) {
            List<ToolExecutionRequest> requests = new ArrayList<>();
            round.path(CALLS).forEach(call -> requests.add(request(call)));
            if (!requests.isEmpty()) {
                String said = round.path("said").asText("");
                all.add(said.isBlank() ? AiMessage.from(requests) : AiMessage.from(said, requests));
                round.path(CALLS).forEach(call -> all.add(result(call)));
            }
        }
        return all;
    }

    /** What was no object is left out, as many servers read the arguments: what was wrong is in the answer. */
    private static ToolExecutionRequest request(JsonNode call) {
        JsonNode input = call.path("input");
        return ToolExecutionRequest.builder()
                .id(call.path("id").asText())
                .name(call.path("tool").asText())
                .arguments(input.isObject() ? input.toString() : "{}")
                .build();
    }

    private static ToolExecutionResultMessage result(JsonNode call) {
        JsonNode error = call.path("error");
        boolean failed = error.isObject();
        return ToolExecutionResultMessage.builder()
                .id(call.path("id").asText())
                .toolName(call.path("tool").asText())
                .text(
                        failed
                                ? "Error: " + error.path("type").asText() + ": "
                                        + error.path("message").asText()
                                : text(call.path("output")))
                .isError(failed ? Boolean.TRUE : null)
                .build();
    }

    /** A text by itself, or as the only field that agents of our own kinds give it in; all else as JSON. */
    private static String text(JsonNode output) {
        JsonNode alone = output.size() == 1 && output.path("text").isTextual() ? output.path("text") : output;
        String text = alone.isTextual() ? alone.textValue() : alone.toString();
        return text.isBlank() ? "(nothing)" : text;
    }
}
