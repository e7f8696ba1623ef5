package dev.postroad.bench.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A tool that works on as a task for a while, by the protocol of 2025-11-25, whose tasks the Java SDK does not serve. All that
 * it knows of a task is in the task's id, so that it goes on after it was killed. Thread-safe.
 */
final class TaskTool extends HttpServlet {
    static final String AGENT = "chaos-waits";

    private static final Duration WORKS_ON = Duration.ofMillis(800);
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // Nobody writes it.
    private final Adding adding;

    /** What the tool does. */
    interface Adding {
        JsonNode add(String key, JsonNode arguments) throws IOException;
    }

    TaskTool(Adding adding) {
        this.adding = adding;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            JsonNode asked = Json.read(request.getInputStream().readAllBytes());
            if (!asked.has("id")) {
                response.setStatus(HttpServletResponse.SC_ACCEPTED);
                return;
            }
            ObjectNode result = result(asked.path("method").asText(), asked.path("params"));
            ObjectNode answer = NODES.objectNode().put("jsonrpc", "2.0");
            answer.set("id", asked.path("id"));
            if (result == null) {
                answer.putObject("error").put("code", -32_601).put("message", "there is no such method");
            } else {
                answer.set("result", result);
            }
            response.setContentType("application/json");
            response.getOutputStream().write(Json.bytes(answer));
        } catch (FaultsException unreadable) {
            response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
        }
    }

    private @Nullable ObjectNode result(String method, JsonNode params) throws IOException, FaultsException {
        ObjectNode result = NODES.objectNode();
        String id = params.path("taskId").asText();
        switch (method) {
            case "initialize" -> {
                result.put("protocolVersion", "2025-11-25");
                result.putObject("serverInfo").put("name", "chaos").put("version", "1");
                ObjectNode capabilities = result.putObject("capabilities");
                capabilities.putObject("tools");
                capabilities
                        .putObject("tasks")
                        .putObject("requests")
                        .putObject("tools")
                        .putObject("call");
            }
            case "tools/list" -> {
                ObjectNode tool = result.putArray("tools").addObject().put("name", ToolMain.TOOL);
                tool.putObject("inputSchema").put("type", "object");
                tool.putObject("execution").put("taskSupport", "required");
            }
            case "tools/call" -> {
                String key = params.at("/_meta/postroad.dev~1idempotencyKey").asText();
                ObjectNode task = NODES.objectNode()
                        .put("until", Instant.now().plus(WORKS_ON).toString());
                task.set("output", adding.add(key, params.path("arguments")));
                describe(result.putObject("task"), Base64.getUrlEncoder().encodeToString(Json.bytes(task)), "working");
            }
            case "tasks/get" -> {
                boolean works = Instant.now()
                        .isBefore(Instant.parse(task(id).path("until").asText()));
                describe(result, id, works ? "working" : "completed");
            }
            case "tasks/result" -> {
                result.putArray("content");
                result.set("structuredContent", task(id).path("output"));
            }
            case "tasks/cancel" -> describe(result, id, "cancelled");
            default -> {
                return null;
            }
        }
        return result;
    }

    private static JsonNode task(String id) throws FaultsException {
        return Json.read(new String(Base64.getUrlDecoder().decode(id), StandardCharsets.UTF_8));
    }

    private static void describe(ObjectNode task, String id, String status) {
        task.put("taskId", id).put("status", status).put("pollInterval", 1_000);
    }
}
