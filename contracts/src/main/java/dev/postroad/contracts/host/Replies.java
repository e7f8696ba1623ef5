package dev.postroad.contracts.host;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Asking;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.Usage;
import java.util.List;

/** What agents say, as records of the topic of answers. */
final class Replies {
    private Replies() {}

    /** What is said of an attempt. */
    static ObjectNode of(String task, int attempt) {
        return JsonNodeFactory.instance.objectNode().put("task", task).put("attempt", attempt);
    }

    /** The fields of an answer. */
    static ObjectNode answer(AgentReply reply) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        switch (reply) {
            case AgentReply.Completed completed -> {
                answer.set("output", completed.output());
                if (!completed.next().isEmpty()) {
                    answer.set("goto", gotos(completed.next()));
                }
            }
            case AgentReply.Interrupted(JsonNode question, Asking asking, Usage _, JsonNode _) -> {
                ObjectNode asked = answer.putObject("interrupt");
                asked.set(Asking.ASK, question);
                put(asked, asking);
            }
            case AgentReply.CallingTools _ ->
                answer.putObject("error")
                        .put("type", "bad-output")
                        .put("message", "an agent on Kafka calls no tools; let a Java agent of the workers do it")
                        .put("retryable", false);
            case AgentReply.Sleeping sleeping ->
                answer.put("sleep", sleeping.duration().toString());
            case AgentReply.Faulted fault -> {
                ObjectNode error = answer.putObject("error")
                        .put("type", fault.type())
                        .put("message", fault.message())
                        .put("retryable", fault.retryable());
                if (fault.retryAfter() != null) {
                    error.put("retryAfter", fault.retryAfter().toString());
                }
            }
        }
        if (reply instanceof AgentReply.Completed || !reply.usage().equals(Usage.NONE)) {
            answer.set("usage", usage(reply.usage()));
        }
        return answer;
    }

    private static ObjectNode usage(Usage used) {
        ObjectNode usage = JsonNodeFactory.instance
                .objectNode()
                .put("inputTokens", used.inputTokens())
                .put("outputTokens", used.outputTokens());
        if (used.model() != null) {
            usage.put("model", used.model());
        }
        if (used.cost() != null) {
            usage.put("cost", used.cost());
        }
        if (used.finishReason() != null) {
            usage.put("finishReason", used.finishReason());
        }
        return usage;
    }

    private static ArrayNode gotos(List<Goto> all) {
        ArrayNode gotos = JsonNodeFactory.instance.arrayNode();
        for (Goto next : all) {
            ObjectNode there = gotos.addObject().put("node", next.node());
            if (next.input() != null) {
                there.set("input", next.input());
            }
            if (next.parent()) {
                there.put("graph", "PARENT");
            }
        }
        return gotos;
    }

    private static void put(ObjectNode asked, Asking asking) {
        if (asking.schema() != null) {
            asked.set("schema", asking.schema());
        }
        if (asking.assignee() != null) {
            asked.put("assignee", asking.assignee());
        }
        if (asking.timeout() != null) {
            asked.put("timeout", asking.timeout().toString());
        }
        if (asking.onTimeout() != null) {
            asked.set("onTimeout", asking.onTimeout());
        }
        if (asking.remindEvery() != null) {
            asked.put("remindEvery", asking.remindEvery().toString());
        }
    }
}
