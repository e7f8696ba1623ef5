package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import io.modelcontextprotocol.modern.McpSchema.InputRequiredResult;
import io.modelcontextprotocol.modern.client.McpAsyncClient;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The forms that a stateless server asks a person to fill in before it goes on: one question of the run, whose answer has a part
 * for each where they are several.
 *
 * @param requests by the names that the server gave them; must not be changed
 * @param state what the server is to be given back; null for nothing
 */
record McpForms(ObjectNode requests, @Nullable String state) {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String REQUESTS = "requests";
    private static final String STATE = "requestState";

    static McpForms of(InputRequiredResult asks) {
        return new McpForms(
                object(McpJson.INSTANCE.convertValue(asks.inputRequests(), JsonNode.class)), asks.requestState());
    }

    /** Those that a task shows, but for some that were answered already. */
    static McpForms of(McpTask task, Set<String> answered) {
        ObjectNode open = object(task.said().path("inputRequests")).deepCopy();
        return new McpForms(open.without(answered), null);
    }

    private static ObjectNode object(@Nullable JsonNode tree) {
        return tree instanceof ObjectNode some ? some : NODES.objectNode();
    }

    /** Those that a person answered; none where what was kept beside the answer is of another kind. */
    static McpForms kept(@Nullable JsonNode answer) {
        JsonNode kept = answer == null ? NODES.missingNode() : McpQuestion.kept(answer);
        return new McpForms(object(kept.get(REQUESTS)), kept.path(STATE).textValue());
    }

    Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        requests.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** The question as the run asks it, to be answered where the tool is called again. */
    AgentReply asked(McpSettings settings, RemoteFaults faults) {
        return asked(settings, faults, NODES.objectNode().put(STATE, state));
    }

    /**
     * The question as the run asks it.
     *
     * @param kept what is needed to go on, beside the answer and these forms
     */
    AgentReply asked(McpSettings settings, RemoteFaults faults, ObjectNode kept) {
        kept.set(REQUESTS, requests);
        StringBuilder messages = new StringBuilder();
        ObjectNode properties = NODES.objectNode();
        for (Map.Entry<String, JsonNode> request : requests.properties()) {
            McpQuestion question = question(request.getValue());
            if (!question.isForm()) {
                return faults.badAnswer("it asks for what nobody said can be had: "
                        + request.getValue().path("method").asText());
            }
            messages.append(messages.isEmpty() ? "" : "\n")
                    .append(question.params().path("message").asText());
            properties.set(request.getKey(), question.params().path("requestedSchema"));
        }
        if (requests.size() == 1) {
            return question(requests.iterator().next()).asked(settings, kept);
        }
        ObjectNode all = NODES.objectNode().put("message", messages.toString());
        all.putObject("requestedSchema").set("properties", properties);
        return new McpQuestion("", all).asked(settings, kept);
    }

    private static McpQuestion question(JsonNode request) {
        boolean isElicitation = request.path("method").asText().equals(McpQuestion.METHOD);
        return new McpQuestion(
                "", isElicitation ? request.path("params") : NODES.objectNode().put("mode", "none"));
    }

    /** Has a call tell the server what a person answered. */
    McpAsyncClient.ToolSpec addTo(McpAsyncClient.ToolSpec call, @Nullable JsonNode answer) {
        McpAsyncClient.ToolSpec told = state == null ? call : call.requestState(state);
        return requests.isEmpty() ? told : told.inputResponses(responses(Objects.requireNonNull(answer)));
    }

    /** What the server is told for each of them. */
    Map<String, Object> responses(JsonNode answer) {
        Map<String, Object> responses = new LinkedHashMap<>();
        requests.fieldNames().forEachRemaining(name -> {
            ObjectNode part = NODES.objectNode();
            JsonNode said = answer.path("answer");
            part.set("answer", requests.size() == 1 ? said : said.path(name));
            responses.put(name, McpQuestion.told(part));
        });
        return responses;
    }
}
