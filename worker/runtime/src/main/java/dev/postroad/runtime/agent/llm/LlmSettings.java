package dev.postroad.runtime.agent.llm;

import dev.postroad.contracts.json.Fields;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import dev.postroad.runtime.agent.attempt.CommonSettings;
import dev.postroad.runtime.agent.attempt.SendableHeader;
import dev.postroad.runtime.agent.attempt.WebAddress;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the author of an LLM agent said, with the worker's defaults for what was not said.
 *
 * @param system the system message; null for none
 * @param prompt null for the input as JSON
 */
public record LlmSettings(
        URI baseUrl,
        @Nullable String apiKey,
        String model,
        @Nullable String system,
        @Nullable String prompt,
        @Nullable Double temperature,
        @Nullable Integer maxTokens,
        Response response) {

    /** What the model is to answer with. */
    enum Response {
        TEXT,
        JSON
    }

    private static final Set<String> KNOWN =
            CommonSettings.and("system", "prompt", "model", "temperature", "maxTokens", "response", "baseUrl");
    private static final Pattern NOT_BLANK = Pattern.compile("(?s).*\\S.*");
    private static final Pattern RESPONSE = Pattern.compile("text|json");
    private static final int MOST_TOKENS = 1_000_000;

    /** The settings, or null; whatever is wrong is noted as a fault. */
    public static @Nullable LlmSettings read(Fields fields, AgentEnvironment environment) {
        fields.onlyKnown(KNOWN);
        URI baseUrl = baseUrl(fields, environment);
        String apiKey = apiKey(fields, baseUrl, environment);
        String model = model(fields, environment);
        String system = fields.text("system", NOT_BLANK, "some text, or leave it out");
        String prompt = fields.text("prompt", NOT_BLANK, "some text, or leave it out");
        Double temperature = fields.number("temperature", 0, 2);
        Integer maxTokens = fields.whole("maxTokens", 1, MOST_TOKENS);
        String response = fields.text("response", RESPONSE, "text or json");
        return baseUrl == null
                ? null
                : new LlmSettings(
                        baseUrl,
                        apiKey,
                        model,
                        system,
                        prompt,
                        temperature,
                        maxTokens,
                        "json".equals(response) ? Response.JSON : Response.TEXT);
    }

    /** What must not show in a message. */
    List<String> secrets() {
        return apiKey == null ? List.of() : List.of(apiKey);
    }

    private static @Nullable URI baseUrl(Fields fields, AgentEnvironment environment) {
        String shared = environment.defaultLlmBaseUrl();
        if (fields.has("baseUrl")) {
            return WebAddress.read(fields, "baseUrl");
        }
        String problem = shared == null ? "is missing, and the worker has no default" : WebAddress.problem(shared);
        if (shared != null && problem == null) {
            return URI.create(shared);
        }
        String where = shared == null ? "" : "defaults to " + Fields.quoted(shared) + ", which ";
        fields.fault("baseUrl", where + problem, "set it, or POSTROAD_LLM_BASE_URL on every worker");
        return null;
    }

    /** The worker's key is for the worker's server, and not for whatever address an author writes down. */
    private static @Nullable String apiKey(Fields fields, @Nullable URI baseUrl, AgentEnvironment environment) {
        String key = environment.llmApiKey();
        String shared = environment.defaultLlmBaseUrl();
        boolean elsewhere = baseUrl != null && shared != null && !WebAddress.sameServer(baseUrl, shared);
        if (key == null || key.isEmpty() || elsewhere) {
            return null;
        }
        if (!SendableHeader.canBeSent("Authorization", "Bearer " + key)) {
            fields.fault(
                    "", "the worker's API key holds a character that cannot be sent", "correct POSTROAD_LLM_API_KEY");
        }
        return key;
    }

    private static String model(Fields fields, AgentEnvironment environment) {
        String own = fields.text("model", NOT_BLANK, "a model's name");
        String model = own == null ? environment.llmModel() : own;
        if (model.isBlank() && !fields.has("model")) {
            fields.fault("model", "is missing, and the worker has no default", "set it, or POSTROAD_LLM_MODEL");
        }
        return model;
    }
}
