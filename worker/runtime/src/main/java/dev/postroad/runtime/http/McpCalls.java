package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.runtime.access.Principal;
import dev.postroad.runtime.access.Role;
import dev.postroad.runtime.answers.GraphInput;
import dev.postroad.runtime.answers.JsonSchemas;
import dev.postroad.runtime.history.past.PastJson;
import dev.postroad.runtime.history.runs.RunFilter;
import dev.postroad.runtime.history.runs.RunJson;
import dev.postroad.runtime.history.waiting.WaitingFilter;
import dev.postroad.runtime.history.waiting.WaitingJson;
import io.javalin.http.Context;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The tools that a worker is to those who speak MCP: each graph, which starts a run of it, and the {@link McpTool}s; as far
 * as the role of the caller and the tags of its token go. Thread-safe.
 */
final class McpCalls {
    private static final int MOST_GRAPHS = 1_000;
    private static final int PAGE = 20;

    private final Sources sources;
    private final Bounds bounds;
    private final PostedMessages posted;

    McpCalls(Sources sources, Bounds bounds, PostedMessages posted) {
        this.sources = sources;
        this.bounds = bounds;
        this.posted = posted;
    }

    ArrayNode list(Context context) {
        Role role = Guard.principal(context).role();
        ArrayNode tools = Json.nodes().arrayNode();
        Arrays.stream(McpTool.values())
                .filter(tool -> role.includes(tool.least()))
                .map(McpTool::tree)
                .forEach(tools::add);
        if (role.includes(Role.OPERATOR)) {
            sources.definitions().graphs().stream()
                    .sorted()
                    .limit(MOST_GRAPHS)
                    .flatMap(name -> sources.definitions().newestGraph(name).stream())
                    .map(McpCalls::tree)
                    .forEach(tools::add);
        }
        return tools;
    }

    private static ObjectNode tree(GraphDefinition graph) {
        String about = GraphInput.description(graph);
        ObjectNode tool = Json.nodes()
                .objectNode()
                .put("name", graph.name())
                .put(
                        "description",
                        (about.isEmpty() ? "Starts a run of the graph " + graph.name() : about)
                                + ". Answers with the id of the run, of which " + McpTool.RUN.publicName() + " tells.");
        tool.set("inputSchema", GraphInput.schema(graph));
        return tool;
    }

    /** @throws Refusal where there is no such tool, the caller may not use it, or it cannot do what is asked */
    JsonNode call(Context context, String name, ObjectNode arguments) {
        McpTool tool = McpTool.named(name).orElse(null);
        Guard.require(Guard.principal(context), tool == null ? Role.OPERATOR : tool.least());
        if (tool == null) {
            return start(context, name, arguments);
        }
        String misfit = JsonSchemas.INSTANCE.refusal(tool.schema(), arguments);
        if (misfit != null) {
            throw Refusal.of(ErrorCode.BAD_REQUEST, "the arguments do not fit: " + misfit);
        }
        return switch (tool) {
            case RUN -> run(context, arguments);
            case RUNS -> runs(context, arguments);
            case WAITING -> waiting(context, arguments);
            case RESUME, RETRY, ROLLBACK, CANCEL -> steer(context, tool, arguments);
        };
    }

    private JsonNode start(Context context, String graph, ObjectNode input) {
        if (sources.definitions().newestGraph(graph).isEmpty()) {
            throw Refusal.of(ErrorCode.NOT_FOUND, "there is no tool " + graph);
        }
        Principal principal = Guard.principal(context);
        ObjectNode message = Json.nodes().objectNode().put("graph", graph);
        message.set("input", input);
        ObjectNode tags = message.putObject("tags");
        principal.tags().forEach(tags::put);
        Trigger trigger = PostedMessages.understood(() -> Trigger.read(message)).by(principal.by(null));
        return Json.nodes()
                .objectNode()
                .put("runId", posted.sent(() -> sources.client().trigger(trigger)));
    }

    private JsonNode steer(Context context, McpTool tool, ObjectNode arguments) {
        ObjectNode message = arguments.deepCopy().put("type", tool.controlType());
        Control given = PostedMessages.understood(() -> Control.read(message, null));
        bounds.checkRun(context, given.runId());
        if (sources.history().tags(given.runId()).isEmpty()) {
            throw Refusal.noRun(given.runId());
        }
        String commandId = "command-" + UUID.randomUUID();
        Control control = new Control(
                given.runId(),
                commandId,
                given.action(),
                Guard.principal(context).by(null));
        return posted.sent(() -> {
            sources.client().control(control);
            return Json.nodes().objectNode().put("runId", given.runId()).put("commandId", commandId);
        });
    }

    private JsonNode run(Context context, ObjectNode arguments) {
        String runId = arguments.path("runId").textValue();
        bounds.checkRun(context, runId);
        Integer version = arguments.has("version") ? arguments.path("version").intValue() : null;
        ObjectNode told = Json.nodes().objectNode();
        told.set("run", RunJson.tree(sources.history().find(runId).orElseThrow(() -> Refusal.noRun(runId))));
        sources.history().state(runId, version).ifPresent(state -> told.set("state", PastJson.tree(state)));
        return told;
    }

    private JsonNode runs(Context context, ObjectNode arguments) {
        Set<RunStatus> status =
                arguments.has("status") ? Set.of(status(arguments.path("status").textValue())) : Set.of();
        RunFilter filter = new RunFilter(
                status, arguments.path("graph").textValue(), null, null, null, null, Bounds.tags(context, Map.of()));
        return RunJson.tree(sources.history().runs(filter, null, PAGE));
    }

    private static RunStatus status(String name) {
        RunStatus status = RunRoutes.STATUSES.get(name);
        if (status == null) {
            throw Refusal.of(
                    ErrorCode.BAD_REQUEST,
                    "status is " + name + "; use queued, running, waiting, paused, completed, failed or cancelled");
        }
        return status;
    }

    private JsonNode waiting(Context context, ObjectNode arguments) {
        WaitingFilter filter = new WaitingFilter(
                arguments.path("graph").textValue(),
                arguments.path("assignee").textValue(),
                Bounds.tags(context, Map.of()),
                null,
                null,
                WaitingFilter.Order.ASKED);
        return WaitingJson.tree(sources.history().waiting(filter, null, PAGE));
    }
}
