package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who takes what a server asks in one connection, by the call or the task that it asks about. Thread-safe. */
final class McpQuestions {
    private final ConcurrentHashMap<String, Consumer<McpQuestion>> takers = new ConcurrentHashMap<>();

    /** @param about the token of a call, or the id of a task */
    void expect(String about, Consumer<McpQuestion> taker) {
        takers.put(about, taker);
    }

    void forget(String about) {
        takers.remove(about);
    }

    /** The question that a message is; null where it is none. */
    static @Nullable McpQuestion read(JSONRPCMessage message) {
        return message instanceof JSONRPCRequest request && McpQuestion.METHOD.equals(request.method())
                ? new McpQuestion(request.id(), McpJson.INSTANCE.convertValue(request.params(), JsonNode.class))
                : null;
    }

    /**
     * Who is asked; null for nobody.
     *
     * @param token of the call in whose answer the question came; null where it came by itself, as programs ask: then the only
     *     call under way is meant
     */
    @Nullable
    Consumer<McpQuestion> taker(McpQuestion question, @Nullable String token) {
        if (!question.isForm()) {
            return null;
        }
        String about = question.task() == null ? token : question.task();
        if (about != null) {
            return takers.get(about);
        }
        Iterator<Consumer<McpQuestion>> all = takers.values().iterator();
        Consumer<McpQuestion> only = all.hasNext() ? all.next() : null;
        return all.hasNext() ? null : only;
    }
}
