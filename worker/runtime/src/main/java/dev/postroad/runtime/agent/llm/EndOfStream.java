package dev.postroad.runtime.agent.llm;

import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEvent;
import dev.langchain4j.http.client.sse.ServerSentEventContext;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import java.util.regex.Pattern;

/**
 * Passes a model's events on, and notes whether its answer came to its end. LangChain4j takes an answer that was cut
 * off for a complete one. Confined to the thread of the call.
 */
final class EndOfStream implements ServerSentEventListener {
    private static final Pattern FINISHED = Pattern.compile("\"finish_reason\"\\s*:\\s*\"");

    private final ServerSentEventListener next;
    private boolean reached;

    EndOfStream(ServerSentEventListener next) {
        this.next = next;
    }

    /** Whether the model said that it was done; servers differ in how they say so. */
    boolean reached() {
        return reached;
    }

    @Override
    public void onEvent(ServerSentEvent event, ServerSentEventContext context) {
        reached = reached
                || "[DONE]".equals(event.data())
                || FINISHED.matcher(event.data()).find();
        next.onEvent(event, context);
    }

    @Override
    public void onOpen(SuccessfulHttpResponse response) {
        next.onOpen(response);
    }

    @Override
    public void onError(Throwable error) {
        next.onError(error);
    }

    @Override
    public void onClose() {
        next.onClose();
    }
}
