package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.http.client.sse.ServerSentEvent;
import dev.langchain4j.http.client.sse.ServerSentEventContext;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.agent.attempt.FaultedException;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Hears the events of one answer, up to its end or its failure. The parser swallows what is thrown, so it is kept.
 * Confined to the thread of the call.
 */
final class AnswerEvents implements ServerSentEventListener {
    private static final String DONE = "[DONE]";

    private final AnswerReader reader;
    private final ModelAnswer answer;
    private final RemoteFaults faults;
    private @Nullable FaultedException failed;
    private @Nullable IOException broken;

    AnswerEvents(AnswerReader reader, ModelAnswer answer, RemoteFaults faults) {
        this.reader = reader;
        this.answer = answer;
        this.faults = faults;
    }

    @Override
    public void onEvent(ServerSentEvent event, ServerSentEventContext context) {
        try {
            take(event.event(), event.data().strip());
        } catch (FaultedException failure) {
            failed = failure;
            context.parsingHandle().cancel();
        }
        if (event.data().strip().equals(DONE)) {
            // Some servers keep the connection.
            context.parsingHandle().cancel();
        }
    }

    private void take(@Nullable String name, String data) {
        if (data.equals(DONE)) {
            answer.end();
            return;
        }
        if (data.isEmpty()) {
            return;
        }
        if ("error".equals(name)) {
            throw new FaultedException(ModelErrors.fault(ModelErrors.message(data), faults));
        }
        try {
            JsonNode event = ModelErrors.checked(Json.read(data), faults);
            if (!event.isObject()) {
                throw new FaultedException(faults.badAnswer("a piece of the answer is not as agreed: " + data));
            }
            reader.take(event);
        } catch (FaultsException garbled) {
            throw new FaultedException(faults.badAnswer(
                    "a piece of the answer is not as agreed: " + RemoteFaults.joined(garbled.faults())));
        }
    }

    @Override
    public void onError(Throwable error) {
        broken = error instanceof IOException known ? known : new IOException(error.getMessage(), error);
    }

    /**
     * What broke the connection before the answer was complete; null where nothing did.
     *
     * @throws FaultedException where the provider said that it failed, or spoke another language
     */
    @Nullable
    IOException broken() {
        if (failed != null) {
            throw failed;
        }
        return answer.isComplete() ? null : broken;
    }
}
