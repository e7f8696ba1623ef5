package dev.postroad.runtime.agent.llm;

import dev.langchain4j.model.anthropic.AnthropicStreamingChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import org.jspecify.annotations.Nullable;

/** What of LangChain4j writes the requests for a model. Thread-safe. */
final class ModelRequests {
    /** LangChain4j wants a key; the transport does not send this one. */
    private static final String NO_KEY = "none";

    private static final String SCHEMA_NAME = "answer";

    private ModelRequests() {}

    static StreamingChatModel of(LlmEndpoint endpoint, LlmSettings settings, ModelTransport transport) {
        return switch (endpoint.provider()) {
            case OPENAI -> openAi(endpoint, settings, transport);
            case ANTHROPIC -> anthropic(endpoint, settings, transport);
        };
    }

    private static StreamingChatModel openAi(LlmEndpoint endpoint, LlmSettings settings, ModelTransport transport) {
        LlmSampling sampling = settings.sampling();
        return OpenAiStreamingChatModel.builder()
                .httpClientBuilder(transport.builder())
                .baseUrl(endpoint.baseUrl().toString())
                .apiKey(endpoint.apiKey())
                .modelName(endpoint.model())
                .temperature(sampling.temperature())
                .maxTokens(sampling.maxTokens())
                .seed(sampling.seed())
                .stop(sampling.stop().isEmpty() ? null : sampling.stop())
                .customParameters(sampling.options().isEmpty() ? null : sampling.options())
                .responseFormat(format(settings.form()))
                .build();
    }

    /** Its protocol has no seed. */
    private static StreamingChatModel anthropic(LlmEndpoint endpoint, LlmSettings settings, ModelTransport transport) {
        LlmSampling sampling = settings.sampling();
        LlmForm form = settings.form();
        return AnthropicStreamingChatModel.builder()
                .httpClientBuilder(transport.builder())
                .baseUrl(endpoint.baseUrl().toString())
                .apiKey(endpoint.apiKey() == null ? NO_KEY : endpoint.apiKey())
                .modelName(endpoint.model())
                .temperature(sampling.temperature())
                .maxTokens(sampling.maxTokens())
                .stopSequences(sampling.stop().isEmpty() ? null : sampling.stop())
                .customParameters(sampling.options().isEmpty() ? null : sampling.options())
                .responseFormat(form.schema() == null ? null : format(form))
                .build();
    }

    private static @Nullable ResponseFormat format(LlmForm form) {
        return switch (form.kind()) {
            case TEXT -> null;
            case JSON ->
                form.schema() == null
                        ? ResponseFormat.JSON
                        : ResponseFormat.builder()
                                .type(ResponseFormatType.JSON)
                                .jsonSchema(JsonSchema.builder()
                                        .name(SCHEMA_NAME)
                                        .rootElement(
                                                JsonRawSchema.from(form.schema().toString()))
                                        .build())
                                .build();
        };
    }
}
