package dev.postroad.bench.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A model that calls two agents side by side, then a tool with what came of both, and says the sum of all: what it says to a
 * request of OpenAI's protocol follows from the request alone.
 */
final class Model {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Model() {}

    /**
     * The events of an answer.
     *
     * @throws FaultsException where a tool answered something else than it should
     */
    static byte[] answer(JsonNode request) throws FaultsException {
        List<JsonNode> results = new ArrayList<>();
        int said = 0;
        for (JsonNode message : request.path("messages")) {
            switch (message.path("role").asText()) {
                case "user" -> said = Integer.parseInt(message.path("content").asText());
                case "tool" -> results.add(Json.read(message.path("content").asText()));
                default -> {
                    // It goes by what it is asked, and by what its tools answered.
                }
            }
        }
        int sum = results.stream()
                .mapToInt(result -> result.path("sum").intValue())
                .sum();
        ObjectNode delta = NODES.objectNode();
        boolean calls = true;
        switch (results.size()) {
            case 0 -> {
                call(delta, ChaosGraph.AGENT, said);
                call(delta, RemoteMain.AGENT, said);
            }
            case 2 -> call(delta, ToolMain.AGENT, sum);
            default -> {
                calls = false;
                delta.put("content", summary(results, sum).toString());
            }
        }
        return events(delta, calls ? "tool_calls" : "stop").getBytes(StandardCharsets.UTF_8);
    }

    private static void call(ObjectNode delta, String tool, int sum) {
        ArrayNode calls = delta.withArrayProperty("tool_calls");
        int index = calls.size();
        calls.addObject()
                .put("index", index)
                .put("id", "call-" + index)
                .put("type", "function")
                .putObject("function")
                .put("name", tool)
                .put("arguments", NODES.objectNode().put("sum", sum).toString());
    }

    private static ObjectNode summary(List<JsonNode> results, int sum) {
        ObjectNode summary = NODES.objectNode().put("sum", sum);
        ArrayNode log = summary.putArray("log");
        results.forEach(result -> result.path("log").forEach(log::add));
        return summary;
    }

    private static String events(ObjectNode delta, String reason) {
        ObjectNode chunk = NODES.objectNode();
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.set("delta", delta);
        choice.put("finish_reason", reason);
        chunk.putObject("usage").put("prompt_tokens", 10).put("completion_tokens", 2);
        return "data: " + chunk + "\n\ndata: [DONE]\n\n";
    }
}
