package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Json;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;

/**
 * Answers those who speak MCP by streamable HTTP, one request at a time and without sessions, so that any worker answers
 * any of them: its whole protocol is JSON-RPC with four methods. Thread-safe.
 */
final class McpRoutes {
    private static final int NO_REQUEST = -32600;
    private static final int NO_METHOD = -32601;
    private static final int BAD_PARAMETERS = -32602;
    private static final List<String> VERSIONS = List.of("2025-11-25", "2025-06-18", "2025-03-26");
    private static final String ABOUT =
            "Each graph is a tool that starts a run of it and answers with the id of the run at once. postroad_run tells"
                    + " how a run stands; postroad_waiting lists what runs ask of people, postroad_resume answers that.";

    private final McpCalls calls;
    private final PostedMessages posted;

    McpRoutes(McpCalls calls, PostedMessages posted) {
        this.calls = calls;
        this.posted = posted;
    }

    void addTo(RoutesConfig routes) {
        // What a tool asks for beyond that is looked at when it is called.
        routes.post("/mcp", this::answer, Needs.READER);
    }

    private void answer(Context context) {
        new Query(context).end();
        // As the protocol demands of whoever speaks it over HTTP.
        if (!Credentials.isOfOwnPage(context)) {
            throw Refusal.of(
                    ErrorCode.FORBIDDEN, "the request comes from another page; send no Origin but the worker's own");
        }
        JsonNode request = posted.body(context);
        JsonNode id = request.path("id");
        if (!request.isObject() || !request.path("method").isTextual()) {
            if (request.has("result") || request.has("error")) {
                context.status(202);
            } else {
                Answers.send(context.status(400), failed(id, NO_REQUEST, "this is no request of JSON-RPC 2.0"));
            }
            return;
        }
        if (id.isMissingNode()) {
            // A notification; there is nothing that one would change.
            context.status(202);
            return;
        }
        Answers.send(context, answered(context, request, id));
    }

    private ObjectNode answered(Context context, JsonNode request, JsonNode id) {
        JsonNode given = request.path("params");
        return switch (request.path("method").textValue()) {
            case "initialize" -> done(id, welcome(given.path("protocolVersion").asText()));
            case "ping" -> done(id, Json.nodes().objectNode());
            case "tools/list" -> {
                ObjectNode listed = Json.nodes().objectNode();
                listed.set("tools", calls.list(context));
                yield done(id, listed);
            }
            case "tools/call" -> called(context, given, id);
            default -> failed(id, NO_METHOD, "there is no method " + request.path("method"));
        };
    }

    private static ObjectNode welcome(String asked) {
        ObjectNode welcome = Json.nodes()
                .objectNode()
                .put("protocolVersion", VERSIONS.contains(asked) ? asked : VERSIONS.getFirst());
        welcome.putObject("capabilities").putObject("tools").put("listChanged", false);
        welcome.putObject("serverInfo").put("name", "postroad").put("version", "1");
        return welcome.put("instructions", ABOUT);
    }

    /** What a tool cannot do is its result, for the model to read. */
    private ObjectNode called(Context context, JsonNode given, JsonNode id) {
        JsonNode arguments = given.path("arguments");
        if (!given.path("name").isTextual() || !(arguments.isMissingNode() || arguments.isObject())) {
            return failed(id, BAD_PARAMETERS, "name a tool, and give its arguments as an object");
        }
        ObjectNode input =
                arguments instanceof ObjectNode object ? object : Json.nodes().objectNode();
        ObjectNode result = Json.nodes().objectNode();
        try {
            JsonNode told = calls.call(context, given.path("name").textValue(), input);
            text(result, told.toString());
            result.set("structuredContent", told);
            result.put("isError", false);
        } catch (Refusal refused) {
            text(result, refused.tree().path("error").toString());
            result.put("isError", true);
        }
        return done(id, result);
    }

    private static void text(ObjectNode result, String text) {
        result.putArray("content").addObject().put("type", "text").put("text", text);
    }

    private static ObjectNode done(JsonNode id, ObjectNode result) {
        ObjectNode answer = Json.nodes().objectNode().put("jsonrpc", "2.0");
        answer.set("id", id);
        answer.set("result", result);
        return answer;
    }

    private static ObjectNode failed(JsonNode id, int code, String message) {
        ObjectNode answer = Json.nodes().objectNode().put("jsonrpc", "2.0");
        answer.set("id", id.isMissingNode() ? Json.nodes().nullNode() : id);
        answer.putObject("error").put("code", code).put("message", message);
        return answer;
    }
}
