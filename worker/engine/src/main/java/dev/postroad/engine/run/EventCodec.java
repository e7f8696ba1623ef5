package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.contracts.message.EventType;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.PublishedGraphs;
import dev.postroad.engine.graph.Target;
import dev.postroad.engine.run.EventBody.RunContinued;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes what happened as the {@code data} of a journal row and an event, and reads it back. Thread-safe. */
public final class EventCodec {
    private static final int MOST_INPUT_BYTES = 16 << 10;

    /** By how much what is written can exceed its estimate: a control character takes six bytes. */
    private static final int LONGEST_ESCAPE = 6;

    private static final String GRAPH_VERSION = "graphVersion";

    private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.US_ASCII);

    private EventCodec() {}

    /** The data as UTF-8 JSON; must not be changed. */
    public static byte[] encode(EventBody body) {
        return body.equals(EventBody.NodeStarted.PLAIN) || body instanceof EventBody.NodeCancelled
                ? EMPTY
                : Json.bytes(tree(body));
    }

    static ObjectNode tree(EventBody body) {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        switch (body) {
            case EventBody.OfTask ofTask -> put(data, ofTask);
            case EventBody.OfRun ofRun -> put(data, ofRun);
        }
        return data;
    }

    private static void put(ObjectNode data, EventBody.OfTask body) {
        switch (body) {
            case EventBody.NodeStarted(EventBody.Entry inside, EventBody.Handed handed) -> {
                if (inside != null) {
                    data.set("input", inside.input());
                    Trees.put(data, "next", inside.next());
                } else if (handed != null) {
                    put(data, handed);
                }
            }
            case EventBody.NodeRetrying(RunError error, Instant dueAt, Usage usage) -> {
                put(data, error);
                data.put("dueAt", dueAt.toString());
                BudgetTrees.put(data, usage);
            }
            case EventBody.NodeCompleted(List<ObjectNode> writes, List<Target> next, Usage usage, boolean closes) -> {
                data.set("writes", Trees.writes(writes));
                Trees.put(data, "next", next);
                BudgetTrees.put(data, usage);
                if (closes) {
                    data.put("closes", true);
                }
            }
            case EventBody.NodeCalling(JsonNode said, List<ToolTask> calls, Usage usage) -> {
                data.setAll(ToolRound.tree(said, calls));
                BudgetTrees.put(data, usage);
            }
            case EventBody.NodeWaiting waiting -> Trees.put(data, waiting);
            case EventBody.NodeReminded() -> {}
            case EventBody.BudgetExceeded exceeded -> BudgetTrees.put(data, exceeded);
            case EventBody.NodeReassigned(String commandId, String assignee, String former) -> {
                data.put("commandId", commandId).put("assignee", assignee);
                if (former != null) {
                    data.put("former", former);
                }
            }
            case EventBody.NodeFailed(RunError error, String handler, boolean pauses, Usage usage) -> {
                put(data, error);
                if (handler != null) {
                    data.put("handler", handler);
                }
                if (pauses) {
                    data.put("pauses", true);
                }
                BudgetTrees.put(data, usage);
            }
            case EventBody.NodeCancelled() -> {}
        }
    }

    private static void put(ObjectNode data, EventBody.OfRun body) {
        switch (body) {
            case EventBody.RunQueued(Admission admission) -> AdmissionTrees.put(data, admission);
            case EventBody.RunStarted(List<Target> next) -> Trees.put(data, "next", next);
            case EventBody.RunRetried(String commandId, List<String> tasks, boolean now) -> {
                data.put("commandId", commandId);
                Trees.putTexts(data, "tasks", tasks);
                if (now) {
                    data.put("now", true);
                }
            }
            case EventBody.RunCancelled(String commandId, String reason, ObjectNode state) -> {
                data.put("commandId", commandId);
                if (reason != null) {
                    data.put("reason", reason);
                }
                data.set("state", state);
            }
            case EventBody.RunCompleted(ObjectNode state, List<EventBody.OpenJoin> openJoins, Usage usage) -> {
                data.set("state", state);
                BudgetTrees.put(data, usage);
                Trees.putJoins(data, openJoins);
            }
            case EventBody.RunFailed(RunError error, List<String> tasks, ObjectNode state) -> {
                put(data, error);
                if (!tasks.isEmpty()) {
                    Trees.putTexts(data, "tasks", tasks);
                }
                data.set("state", state);
            }
            case EventBody.RunWaiting waiting -> Trees.put(data, waiting);
            case EventBody.RunResumed resumed -> Trees.put(data, resumed);
            case EventBody.RunContinued(
                    String commandId,
                    ObjectNode input,
                    List<Target> next,
                    RunContinued.Mode mode) -> {
                data.put("commandId", commandId);
                data.set("input", input);
                Trees.put(data, "next", next);
                data.put("mode", mode.name().toLowerCase(Locale.ROOT));
            }
            case EventBody.StateUpdated updated -> Trees.put(data, updated);
            case EventBody.RunRolledBack(String commandId, int toVersion, Snapshot base, boolean resume) -> {
                data.put("commandId", commandId).put("toVersion", toVersion).put("resume", resume);
                data.set("base", Trees.tree(base));
            }
            case EventBody.RunPausing(String commandId, Breakpoints at) -> put(data, commandId, at);
            case EventBody.RunPaused paused -> put(data, paused);
            case EventBody.RunUnpaused(String commandId) -> data.put("commandId", commandId);
            case EventBody.BreakpointsSet(String commandId, Breakpoints breakpoints) ->
                breakpoints.put(data.put("commandId", commandId));
            case EventBody.RunMigrating(String commandId, Graph graph) ->
                data.put("commandId", commandId).put(GRAPH_VERSION, graph.version());
            case EventBody.RunMigrated(String commandId, int fromVersion, Graph graph) ->
                data.put("commandId", commandId)
                        .put("fromGraphVersion", fromVersion)
                        .put(GRAPH_VERSION, graph.version());
            case EventBody.RunForked(String commandId, String newRunId, int fromVersion) ->
                data.put("commandId", commandId).put("newRunId", newRunId).put("fromVersion", fromVersion);
            case EventBody.CommandRejected(String command, String commandId, String reason, String code, int count) -> {
                data.put("command", command)
                        .put("commandId", commandId)
                        .put("reason", reason)
                        .put("code", code);
                if (count > 0) {
                    data.put("count", count);
                }
            }
        }
    }

    private static void put(ObjectNode data, @Nullable String commandId, Breakpoints at) {
        if (commandId != null) {
            data.put("commandId", commandId);
        }
        if (!at.isEmpty()) {
            at.put(data);
        }
    }

    private static void put(ObjectNode data, EventBody.RunPaused paused) {
        put(data, paused.commandId(), paused.at());
        EventBody.Exhausted exhausted = paused.exhausted();
        if (exhausted != null) {
            data.put("reason", exhausted.reason()).put("node", exhausted.node()).put("task", exhausted.task());
            put(data, exhausted.error());
        }
    }

    /**
     * Reads data back of events that name no version of a graph.
     *
     * @throws RuntimeException as {@link #decode(EventType, JsonNode, PublishedGraphs)}
     */
    static EventBody decode(EventType type, JsonNode data) {
        return decode(type, data, version -> {
            throw new IllegalStateException("no version of a graph is known here");
        });
    }

    /**
     * Reads data back.
     *
     * @param graphs the graphs that it names
     * @throws RuntimeException where the type belongs to no journal, or the data lacks what belongs to the type; the message
     *     says which
     */
    public static EventBody decode(EventType type, JsonNode data, PublishedGraphs graphs) {
        if (!data.isObject()) {
            throw new IllegalStateException("its data is no object");
        }
        return switch (type) {
            case RUN_QUEUED -> new EventBody.RunQueued(AdmissionTrees.admission(data));
            case RUN_STARTED -> new EventBody.RunStarted(Trees.targets(data, "next"));
            case NODE_STARTED -> nodeStarted(data);
            case NODE_CALLING ->
                new EventBody.NodeCalling(
                        data.has("said") ? data.get("said") : NullNode.instance,
                        ToolRound.calls(data, graphs),
                        BudgetTrees.usage(data));
            case NODE_RETRYING ->
                new EventBody.NodeRetrying(
                        error(data), Instant.parse(data.path("dueAt").textValue()), BudgetTrees.usage(data));
            case NODE_COMPLETED ->
                new EventBody.NodeCompleted(
                        Trees.writes(Trees.present(data, "writes")),
                        Trees.targets(data, "next"),
                        BudgetTrees.usage(data),
                        data.path("closes").asBoolean());
            case NODE_WAITING -> Trees.nodeWaiting(data);
            case NODE_REMINDED -> new EventBody.NodeReminded();
            case BUDGET_EXCEEDED -> BudgetTrees.exceeded(data);
            case NODE_REASSIGNED ->
                new EventBody.NodeReassigned(
                        data.path("commandId").asText(),
                        data.path("assignee").asText(),
                        data.path("former").textValue());
            case NODE_FAILED ->
                new EventBody.NodeFailed(
                        error(data),
                        data.path("handler").textValue(),
                        data.path("pauses").asBoolean(),
                        BudgetTrees.usage(data));
            case NODE_CANCELLED -> new EventBody.NodeCancelled();
            case RUN_RETRIED ->
                new EventBody.RunRetried(
                        Trees.text(data, "commandId"),
                        Trees.texts(data, "tasks"),
                        data.path("now").asBoolean());
            case RUN_CANCELLED ->
                new EventBody.RunCancelled(
                        Trees.text(data, "commandId"), data.path("reason").textValue(), object(data, "state"));
            case RUN_COMPLETED ->
                new EventBody.RunCompleted(object(data, "state"), Trees.joins(data), BudgetTrees.usage(data));
            case RUN_FAILED -> new EventBody.RunFailed(error(data), Trees.texts(data, "tasks"), object(data, "state"));
            case COMMAND_REJECTED -> rejected(data);
            case RUN_WAITING -> Trees.waiting(data);
            case RUN_RESUMED -> Trees.resumed(data);
            case RUN_CONTINUED ->
                new EventBody.RunContinued(
                        Trees.text(data, "commandId"),
                        object(data, "input"),
                        Trees.targets(data, "next"),
                        RunContinued.Mode.valueOf(data.path("mode").asText().toUpperCase(Locale.ROOT)));
            case STATE_UPDATED -> Trees.updated(data);
            case RUN_ROLLED_BACK ->
                new EventBody.RunRolledBack(
                        Trees.text(data, "commandId"),
                        data.path("toVersion").asInt(),
                        Trees.snapshot(data.path("base")),
                        data.path("resume").asBoolean());
            case RUN_UNPAUSED -> new EventBody.RunUnpaused(Trees.text(data, "commandId"));
            case RUN_PAUSING -> new EventBody.RunPausing(data.path("commandId").textValue(), Trees.breakpoints(data));
            case BREAKPOINTS_SET ->
                new EventBody.BreakpointsSet(Trees.text(data, "commandId"), Trees.breakpoints(data));
            case RUN_PAUSED ->
                new EventBody.RunPaused(data.path("commandId").textValue(), exhausted(data), Trees.breakpoints(data));
            case RUN_MIGRATING -> new EventBody.RunMigrating(Trees.text(data, "commandId"), graph(data, graphs));
            case RUN_MIGRATED ->
                new EventBody.RunMigrated(
                        Trees.text(data, "commandId"),
                        Trees.present(data, "fromGraphVersion").intValue(),
                        graph(data, graphs));
            case RUN_FORKED ->
                new EventBody.RunForked(
                        Trees.text(data, "commandId"),
                        Trees.text(data, "newRunId"),
                        data.path("fromVersion").asInt());
            case TRIGGER_DUPLICATE, TRIGGER_REJECTED, TRIGGER_SUPERSEDED, UNKNOWN ->
                throw new IllegalStateException(type.publicName() + " belongs to no journal");
        };
    }

    private static Graph graph(JsonNode data, PublishedGraphs graphs) {
        return graphs.apply(Trees.present(data, GRAPH_VERSION).intValue());
    }

    private static EventBody.CommandRejected rejected(JsonNode data) {
        return new EventBody.CommandRejected(
                Trees.text(data, "command"),
                Trees.text(data, "commandId"),
                Trees.text(data, "reason"),
                data.path("code").asText(),
                data.path("count").asInt());
    }

    private static EventBody.NodeStarted nodeStarted(JsonNode data) {
        if (data.has("agent")) {
            return new EventBody.NodeStarted(
                    null, new EventBody.Handed(data.path("agent").asText(), data.get("input")));
        }
        return data.has("input")
                ? EventBody.NodeStarted.entering(
                        new EventBody.Entry(object(data, "input"), Trees.targets(data, "next")))
                : EventBody.NodeStarted.PLAIN;
    }

    /** An input that is large is left out, as the journal is to grow with the work and not with what it looks at. */
    private static void put(ObjectNode data, EventBody.Handed handed) {
        data.put("agent", handed.agent());
        if (handed.input() == null) {
            return;
        }
        // What is surely small is not written twice for its length.
        boolean small = JsonSizes.of(handed.input()) * LONGEST_ESCAPE <= MOST_INPUT_BYTES;
        int bytes = small ? 0 : Json.bytes(handed.input()).length;
        if (bytes <= MOST_INPUT_BYTES) {
            data.set("input", handed.input());
        } else {
            data.put("omittedInputBytes", bytes);
        }
    }

    static void put(ObjectNode data, RunError error) {
        ObjectNode written = data.putObject("error").put("type", error.type()).put("message", error.message());
        if (error.node() != null) {
            written.put("node", error.node());
        }
    }

    static RunError error(JsonNode data) {
        ObjectNode error = object(data, "error");
        return new RunError(
                Trees.text(error, "type"),
                Trees.text(error, "message"),
                error.path("node").textValue());
    }

    private static EventBody.@Nullable Exhausted exhausted(JsonNode data) {
        return data.has("error")
                ? new EventBody.Exhausted(
                        Trees.text(data, "reason"),
                        data.path("node").asText(),
                        data.path("task").asText(),
                        error(data))
                : null;
    }

    private static ObjectNode object(JsonNode data, String name) {
        return Trees.object(data, name);
    }
}
