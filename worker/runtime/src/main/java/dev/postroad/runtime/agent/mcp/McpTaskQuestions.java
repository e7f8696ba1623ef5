package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What tasks ask people. A stateless server shows it with the task for as long as it is open; one with sessions sends it once, in
 * the answer to the request for the result. What is needed to go on is kept in the journal beside the question. Thread-safe.
 */
record McpTaskQuestions(McpSettings settings, RemoteFaults faults) {
    private static final String REQUEST = "request";

    /** The one that a person answered about a task; null where the answer is about none. */
    static @Nullable McpHandle handle(JsonNode answer) {
        JsonNode handle = McpQuestion.kept(answer).path(AgentReply.Interrupted.HANDLE);
        return handle.isTextual() ? McpHandle.read(handle.textValue()) : null;
    }

    /** What a task with a session asks. */
    AgentReply asked(McpHandle handle, McpQuestion question) {
        ObjectNode kept = kept(handle);
        return question.asked(
                settings, kept.set(REQUEST, McpJson.INSTANCE.convertValue(question.id(), JsonNode.class)));
    }

    /** What a task of a stateless server asks; null where all that it shows was answered, which it has not seen yet. */
    @Nullable
    AgentReply asked(McpHandle.Stateless handle, McpTask task) {
        McpForms open = McpForms.of(task, handle.answered());
        return open.requests().isEmpty() ? null : open.asked(settings, faults, kept(handle));
    }

    private static ObjectNode kept(McpHandle handle) {
        return JsonNodeFactory.instance.objectNode().put(AgentReply.Interrupted.HANDLE, handle.text());
    }

    /** Tells a server with sessions what a person answered. Does not wait. */
    static void answer(McpPeer.InSession peer, JsonNode answer) {
        Object request = McpJson.INSTANCE.convertValue(McpQuestion.kept(answer).path(REQUEST), Object.class);
        peer.answer(request, McpQuestion.told(answer));
    }

    /** Tells a stateless server what a person answered. */
    static CompletableFuture<McpHandle> answer(
            McpPeer peer, McpHandle.Stateless handle, McpTask task, JsonNode answer) {
        Set<String> shown = McpForms.of(task, Set.of()).names();
        Map<String, Object> responses = McpForms.kept(answer).responses(answer);
        responses.keySet().retainAll(shown);
        // Of what is not shown any more nobody will ask again.
        Set<String> answered = shown;
        answered.removeIf(name -> !handle.answered().contains(name) && !responses.containsKey(name));
        McpHandle after = new McpHandle.Stateless(handle.task(), answered);
        if (responses.isEmpty()) {
            return CompletableFuture.completedFuture(after);
        }
        Map<String, Object> params = new LinkedHashMap<>(McpTask.params(handle.task()));
        params.put("inputResponses", responses);
        return peer.request("tasks/update", params).thenApply(_ -> after);
    }
}
