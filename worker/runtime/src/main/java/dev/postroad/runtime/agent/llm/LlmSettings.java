package dev.postroad.runtime.agent.llm;

import dev.postroad.contracts.json.Fields;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import dev.postroad.runtime.agent.attempt.CommonSettings;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the author of an LLM agent said, with the worker's defaults for what was not said.
 *
 * @param fallback the model that is asked where the first cannot answer; null for none
 * @param tools what the model may call
 * @param streams whether the model is asked for its words as they come
 */
public record LlmSettings(
        LlmEndpoint endpoint,
        @Nullable LlmEndpoint fallback,
        LlmTexts texts,
        LlmSampling sampling,
        LlmForm form,
        LlmTools tools,
        boolean streams) {

    private static final Set<String> KNOWN = CommonSettings.and(Stream.of(
                    LlmEndpoint.FIELDS,
                    LlmTexts.FIELDS,
                    LlmSampling.FIELDS,
                    LlmForm.FIELDS,
                    LlmTools.FIELDS,
                    List.of("fallback", "stream"))
            .flatMap(List::stream)
            .toArray(String[]::new));

    /** The settings, or null; whatever is wrong is noted as a fault. */
    public static @Nullable LlmSettings read(Fields fields, AgentEnvironment environment) {
        fields.onlyKnown(KNOWN);
        LlmEndpoint endpoint = LlmEndpoint.read(fields, environment);
        LlmEndpoint fallback = fallback(fields, endpoint, environment);
        LlmTexts texts = LlmTexts.read(fields);
        LlmSampling sampling = LlmSampling.read(fields);
        LlmForm form = LlmForm.read(fields);
        LlmTools tools = LlmTools.read(fields);
        Boolean streams = fields.truth("stream");
        return endpoint == null
                ? null
                : new LlmSettings(endpoint, fallback, texts, sampling, form, tools, !Boolean.FALSE.equals(streams));
    }

    private static @Nullable LlmEndpoint fallback(
            Fields fields, @Nullable LlmEndpoint endpoint, AgentEnvironment environment) {
        if (fields.object().path("fallback").isTextual()) {
            String model = fields.requiredText("fallback", "name a model");
            return endpoint == null ? null : endpoint.with(model);
        }
        Fields own = fields.nested("fallback");
        if (own == null) {
            return null;
        }
        own.onlyKnown(Set.copyOf(LlmEndpoint.FIELDS));
        boolean sameServer = !own.has("baseUrl") && !own.has("provider") && !own.has("apiKey");
        if (sameServer && endpoint != null) {
            return endpoint.with(own.requiredText("model", "name a model"));
        }
        return LlmEndpoint.read(own, environment);
    }

    /** What must not show in a message. */
    List<String> secrets() {
        return Stream.of(endpoint, fallback)
                .filter(Objects::nonNull)
                .map(LlmEndpoint::apiKey)
                .filter(Objects::nonNull)
                .toList();
    }
}
