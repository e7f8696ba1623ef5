package dev.postroad.runtime.agent.llm;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.postroad.contracts.agent.OutputSink;
import org.jspecify.annotations.Nullable;

/**
 * Hears one answer of a model, and passes its pieces on. Confined to the thread of the call.
 *
 * <p>LangChain4j completes an answer after a failure as well, so a failure counts for more.
 */
final class ModelListener implements StreamingChatResponseHandler {
    private final OutputSink output;
    private @Nullable ChatResponse response;
    private @Nullable Throwable failure;

    ModelListener(OutputSink output) {
        this.output = output;
    }

    @Override
    public void onPartialResponse(String piece) {
        output.emit(piece);
    }

    @Override
    public void onCompleteResponse(ChatResponse complete) {
        response = complete;
    }

    @Override
    public void onError(Throwable error) {
        if (failure == null) {
            failure = error;
        }
    }

    /** The first thing that went wrong, or null. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** The whole answer; null where nothing came. */
    @Nullable
    ChatResponse response() {
        return response;
    }
}
