package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import dev.postroad.runtime.agent.attempt.AttemptSender;
import dev.postroad.runtime.agent.attempt.Excerpt;
import dev.postroad.runtime.agent.attempt.FaultedException;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import java.io.IOException;
import java.util.List;

/**
 * Asks a chat model behind an OpenAI-compatible endpoint, and passes its words on as they come. Thread-safe.
 *
 * <p>LangChain4j speaks the protocol; {@link ModelTransport} keeps it on the calling thread, so that an interrupt
 * aborts it. LangChain4j's streaming models do not retry, which is left to the caller.
 */
public final class LlmAgent implements AgentClient {
    private final LlmSettings settings;
    private final LlmPrompt prompt;
    private final StreamingChatModel model;
    private final LlmAnswer answer;
    private final RemoteFaults faults;

    private LlmAgent(
            LlmSettings settings, LlmPrompt prompt, StreamingChatModel model, LlmAnswer answer, RemoteFaults faults) {
        this.settings = settings;
        this.prompt = prompt;
        this.model = model;
        this.answer = answer;
        this.faults = faults;
    }

    /** A client, which reaches out to nobody yet. */
    public static LlmAgent open(LlmSettings settings, AgentEnvironment environment, AttemptSender sender) {
        RemoteFaults faults = new RemoteFaults("llm", new Excerpt(settings.secrets()), environment.clock());
        ModelTransport transport = new ModelTransport(sender, faults, environment.maxAnswerBytes());
        return new LlmAgent(
                settings,
                LlmPrompt.of(settings, environment.clock()),
                model(settings, transport),
                new LlmAnswer(settings.response(), environment.maxAnswerBytes(), faults),
                faults);
    }

    private static StreamingChatModel model(LlmSettings settings, ModelTransport transport) {
        var builder = OpenAiStreamingChatModel.builder()
                .httpClientBuilder(transport.builder())
                .baseUrl(settings.baseUrl().toString())
                .apiKey(settings.apiKey())
                .modelName(settings.model())
                .temperature(settings.temperature())
                .maxTokens(settings.maxTokens());
        return switch (settings.response()) {
            case TEXT -> builder.build();
            case JSON -> builder.responseFormat("json_object").build();
        };
    }

    @Override
    public AgentReply call(AgentCall call) throws InterruptedException {
        List<ChatMessage> messages;
        try {
            messages = prompt.messages(call.input());
        } catch (IllegalArgumentException incomplete) {
            return faults.permanent("llm.bad-prompt", "the prompt cannot be filled: " + incomplete.getMessage());
        }
        ModelListener heard = new ModelListener(call.output());
        ModelTransport.during(
                call, () -> model.chat(ChatRequest.builder().messages(messages).build(), heard));
        Throwable failure = heard.failure();
        if (failure != null) {
            AttemptSender.throwIfInterrupted(failure);
            return fault(failure);
        }
        return answer.read(heard.response());
    }

    private AgentReply fault(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case FaultedException known -> {
                    return known.fault();
                }
                case JsonProcessingException garbled -> {
                    return faults.badAnswer("a piece of the answer is not as agreed: " + garbled.getOriginalMessage());
                }
                case IOException broken -> {
                    return faults.connection(settings.baseUrl(), broken);
                }
                default -> {}
            }
        }
        return AgentReply.retryable("llm.stream", faults.excerpt().of("the model broke off: " + failure.getMessage()));
    }

    @Override
    public void close() {
        // Holds nothing of its own: the HTTP client is shared.
    }
}
