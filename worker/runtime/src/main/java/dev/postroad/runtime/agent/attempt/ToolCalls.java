package dev.postroad.runtime.agent.attempt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.ToolCall;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The calls of tools that an agent wants made: what is wrong with them, and their JSON. Thread-safe. */
public final class ToolCalls {
    /** What all providers of models take for the name of a tool; and what it may be called by in the id of a task. */
    public static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private ToolCalls() {}

    /** Why they cannot be made; null where they can. */
    @SuppressWarnings("NullAway") // Plug-ins are not compiled by us, so any part may be null all the same.
    static @Nullable String problem(List<ToolCall> calls) {
        if (calls == null || calls.isEmpty()) {
            return "it calls tools, and names none";
        }
        Set<String> ids = new HashSet<>();
        for (ToolCall call : calls) {
            if (call.id() == null || !isWhole(call.target()) || !ids.add(call.id())) {
                return "a call of a tool has no id or no whole target, or the id of another";
            }
            if (call.tool() == null || !NAME.matcher(call.tool()).matches()) {
                return "the name of a tool is not 1 to 64 of A-Z a-z 0-9 _ -";
            }
            String problem = Answers.problem(call.input());
            if (problem != null) {
                return "the input of tool " + call.tool() + " " + problem;
            }
        }
        return null;
    }

    @SuppressWarnings("NullAway") // As above.
    private static boolean isWhole(ToolCall.Target target) {
        return switch (target) {
            case null -> false;
            case ToolCall.OfAgent(String agent) -> agent != null;
            case ToolCall.OfGraph(String graph, int _) -> graph != null;
            case ToolCall.Refused(String type, String message) -> type != null && message != null;
        };
    }

    /** As JSON, to be read back by {@link #read}. */
    public static ArrayNode written(List<ToolCall> calls) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (ToolCall call : calls) {
            ObjectNode one = list.addObject().put("id", call.id()).put("tool", call.tool());
            one.set("input", call.input());
            switch (call.target()) {
                case ToolCall.OfAgent(String agent) -> one.put("agent", agent);
                case ToolCall.OfGraph(String graph, int version) ->
                    one.put("graph", graph).put("version", version);
                case ToolCall.Refused(String type, String message) ->
                    one.put("type", type).put("message", message);
            }
        }
        return list;
    }

    /** What {@link #written} wrote. */
    public static List<ToolCall> read(JsonNode list) {
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode one : list) {
            ToolCall.Target target = one.has("agent")
                    ? new ToolCall.OfAgent(one.path("agent").asText())
                    : one.has("graph")
                            ? new ToolCall.OfGraph(
                                    one.path("graph").asText(),
                                    one.path("version").asInt())
                            : new ToolCall.Refused(
                                    one.path("type").asText(),
                                    one.path("message").asText());
            calls.add(new ToolCall(one.path("id").asText(), one.path("tool").asText(), target, one.path("input")));
        }
        return calls;
    }
}
