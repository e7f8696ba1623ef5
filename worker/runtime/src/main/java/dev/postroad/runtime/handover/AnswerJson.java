package dev.postroad.runtime.handover;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Asking;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.ToolCall;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.runtime.agent.attempt.ToolCalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers of agents as JSON, for workers of the same release and the next. */
final class AnswerJson {
    private AnswerJson() {}

    static ObjectNode written(AgentReply reply) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        reply.usage().putInto(json);
        switch (reply) {
            case AgentReply.Completed completed -> {
                json.put("kind", "completed").set("output", completed.output());
                json.set("next", written(completed.next()));
            }
            case AgentReply.Interrupted asks -> {
                json.put("kind", "interrupted").set("question", asks.question());
                json.set("asking", written(asks.asking()));
                if (asks.kept() != null) {
                    json.set("kept", asks.kept());
                }
            }
            case AgentReply.CallingTools(JsonNode said, List<ToolCall> calls, Usage _) -> {
                json.put("kind", "calling-tools").set("said", said);
                json.set("calls", ToolCalls.written(calls));
            }
            case AgentReply.Sleeping(Duration duration, Usage _) ->
                json.put("kind", "sleeping").put("duration", duration.toString());
            case AgentReply.Faulted(String type, String message, boolean retryable, Duration retryAfter, Usage _) -> {
                json.put("kind", "faulted")
                        .put("type", type)
                        .put("message", message)
                        .put("retryable", retryable);
                put(json, "retryAfter", retryAfter);
            }
        }
        return json;
    }

    private static JsonNode written(List<Goto> next) {
        var list = JsonNodeFactory.instance.arrayNode();
        for (Goto to : next) {
            ObjectNode one = list.addObject().put("node", to.node()).put("parent", to.parent());
            if (to.input() != null) {
                one.set("input", to.input());
            }
        }
        return list;
    }

    private static ObjectNode written(Asking asking) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (asking.schema() != null) {
            json.set("schema", asking.schema());
        }
        json.put("assignee", asking.assignee());
        put(json, "timeout", asking.timeout());
        if (asking.onTimeout() != null) {
            json.set("onTimeout", asking.onTimeout());
        }
        put(json, "remindEvery", asking.remindEvery());
        return json;
    }

    private static void put(ObjectNode json, String name, @Nullable Duration duration) {
        if (duration != null) {
            json.put(name, duration.toString());
        }
    }

    /**
     * The answer that was written.
     *
     * @throws IllegalArgumentException where it is none that this release knows
     */
    static AgentReply read(JsonNode json) {
        String kind = json.path("kind").asText();
        return switch (kind) {
            case "completed" -> new AgentReply.Completed(tree(json, "output"), Usage.of(json), next(json.path("next")));
            case "interrupted" ->
                new AgentReply.Interrupted(
                        tree(json, "question"), asking(json.path("asking")), Usage.of(json), json.get("kept"));
            case "calling-tools" ->
                new AgentReply.CallingTools(tree(json, "said"), ToolCalls.read(json.path("calls")), Usage.of(json));
            case "sleeping" ->
                new AgentReply.Sleeping(Duration.parse(json.path("duration").asText()), Usage.of(json));
            case "faulted" ->
                new AgentReply.Faulted(
                        json.path("type").asText(),
                        json.path("message").asText(),
                        json.path("retryable").asBoolean(),
                        duration(json, "retryAfter"),
                        Usage.of(json));
            default -> throw new IllegalArgumentException("an answer of the kind " + kind + " is not known here");
        };
    }

    private static JsonNode tree(JsonNode json, String name) {
        JsonNode found = json.get(name);
        return found == null ? NullNode.instance : found;
    }

    private static List<Goto> next(JsonNode list) {
        List<Goto> next = new ArrayList<>();
        list.forEach(one -> next.add(new Goto(
                one.path("node").asText(), one.get("input"), one.path("parent").asBoolean())));
        return next;
    }

    private static Asking asking(JsonNode json) {
        return new Asking(
                json.get("schema") instanceof ObjectNode schema ? schema : null,
                json.path("assignee").textValue(),
                duration(json, "timeout"),
                json.get("onTimeout"),
                duration(json, "remindEvery"));
    }

    private static @Nullable Duration duration(JsonNode json, String name) {
        String text = json.path(name).textValue();
        return text == null ? null : Duration.parse(text);
    }
}
