package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fields;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks the settings that only agents of kind {@code llm} understand; these stay in the source. */
final class LlmFields {
    static final Set<String> KNOWN = Set.of(
            "provider",
            "baseUrl",
            "apiKey",
            "model",
            "fallback",
            "system",
            "prompt",
            "history",
            "temperature",
            "maxTokens",
            "seed",
            "stop",
            "options",
            "stream",
            "response",
            "schema",
            "onCutOff");

    private static final Set<String> OF_FALLBACK = Set.of("provider", "baseUrl", "apiKey", "model");
    private static final Pattern PROVIDER = Pattern.compile("openai|anthropic");
    private static final Pattern KEY = Pattern.compile("\\$\\{(env|file):[^}]+}");
    private static final Pattern RESPONSE = Pattern.compile("text|json");
    private static final Pattern ON_CUT_OFF = Pattern.compile("fail|accept");
    private static final double MAX_TEMPERATURE = 2;
    private static final int MAX_TOKENS = 1_000_000;
    private static final int MAX_STOPS = 16;

    private LlmFields() {}

    static void check(Fields fields) {
        checkEndpoint(fields);
        checkFallback(fields);
        List.of("system", "prompt", "history").forEach(fields::text);
        fields.number("temperature", 0, MAX_TEMPERATURE);
        fields.whole("maxTokens", 1, MAX_TOKENS);
        fields.whole("seed", 0, Integer.MAX_VALUE);
        if (fields.texts("stop").size() > MAX_STOPS) {
            fields.fault("stop", "names more than " + MAX_STOPS + " texts", "name fewer");
        }
        fields.objectOf("options");
        fields.truth("stream");
        fields.text("response", RESPONSE, "text or json");
        fields.objectOf("schema");
        fields.text("onCutOff", ON_CUT_OFF, "fail or accept");
    }

    private static void checkEndpoint(Fields fields) {
        fields.text("provider", PROVIDER, "openai or anthropic");
        fields.text("baseUrl", AgentReader.URL, AgentReader.URL_RULE);
        fields.text("model");
        String key = fields.text("apiKey");
        if (key != null && !KEY.matcher(key).matches()) {
            // Not quoted: it may well be the key.
            fields.fault("apiKey", "is no reference", "write ${env:NAME} or ${file:NAME}, which workers replace");
        }
    }

    private static void checkFallback(Fields fields) {
        if (fields.object().path("fallback").isTextual()) {
            fields.requiredText("fallback", "name a model");
            return;
        }
        Fields fallback = fields.nested("fallback");
        if (fallback != null) {
            fallback.onlyKnown(OF_FALLBACK);
            checkEndpoint(fallback);
        }
    }
}
