package dev.postroad.runtime.agent.llm;

import dev.postroad.contracts.json.Fields;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import dev.postroad.runtime.agent.attempt.SecretReferences;
import dev.postroad.runtime.agent.attempt.SendableHeader;
import dev.postroad.runtime.agent.attempt.WebAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One model, and where it is asked.
 *
 * @param apiKey null for servers that ask for none
 */
record LlmEndpoint(Provider provider, URI baseUrl, @Nullable String apiKey, String model) {
    /** The protocol that a server speaks. */
    enum Provider {
        OPENAI,
        ANTHROPIC
    }

    /** What of an agent's definition, or of its fallback's, is about this. */
    static final List<String> FIELDS = List.of("provider", "baseUrl", "apiKey", "model");

    private static final Pattern PROVIDER = Pattern.compile("openai|anthropic");
    private static final Pattern NOT_BLANK = Pattern.compile("(?s).*\\S.*");
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env|file):[^}]+}");
    private static final String ANTHROPIC = "https://api.anthropic.com/v1";

    /** The same server with another model. */
    LlmEndpoint with(String otherModel) {
        return new LlmEndpoint(provider, baseUrl, apiKey, otherModel);
    }

    /** Leaves the key out. */
    @Override
    public String toString() {
        return "LlmEndpoint[" + provider + ", " + baseUrl + ", " + model + "]";
    }

    /** What the fields say, or null; whatever is wrong is noted as a fault. */
    static @Nullable LlmEndpoint read(Fields fields, AgentEnvironment environment) {
        String said = fields.text("provider", PROVIDER, "openai or anthropic");
        Provider provider = said == null ? Provider.OPENAI : Provider.valueOf(said.toUpperCase(Locale.ROOT));
        URI baseUrl = baseUrl(fields, provider, environment);
        String apiKey = fields.has("apiKey") ? ownKey(fields, environment) : workersKey(fields, baseUrl, environment);
        String model = model(fields, environment);
        return baseUrl == null ? null : new LlmEndpoint(provider, baseUrl, apiKey, model);
    }

    private static @Nullable URI baseUrl(Fields fields, Provider provider, AgentEnvironment environment) {
        String shared = environment.defaultLlmBaseUrl();
        if (fields.has("baseUrl")) {
            return WebAddress.read(fields, "baseUrl");
        }
        if (provider == Provider.ANTHROPIC) {
            return URI.create(ANTHROPIC);
        }
        String problem = shared == null ? "is missing, and the worker has no default" : WebAddress.problem(shared);
        if (shared != null && problem == null) {
            return URI.create(shared);
        }
        String where = shared == null ? "" : "defaults to " + Fields.quoted(shared) + ", which ";
        fields.fault("baseUrl", where + problem, "set it, or POSTROAD_LLM_BASE_URL on every worker");
        return null;
    }

    /** A key that stands in a definition is read by everybody who reads definitions. */
    private static @Nullable String ownKey(Fields fields, AgentEnvironment environment) {
        String text = fields.text("apiKey");
        if (text == null) {
            return null;
        }
        if (!REFERENCE.matcher(text).matches()) {
            fields.fault("apiKey", "is no reference", "write ${env:NAME} or ${file:NAME}, which workers replace");
            return null;
        }
        String key = new SecretReferences(environment).resolve(fields, "apiKey", text);
        if (key.isEmpty()) {
            return null;
        }
        if (!SendableHeader.canBeSent("Authorization", "Bearer " + key)) {
            fields.fault("apiKey", "holds a character that cannot be sent", "correct what it refers to");
        }
        return key;
    }

    /** The worker's key is for the worker's server, and not for whatever address an author writes down. */
    private static @Nullable String workersKey(Fields fields, @Nullable URI baseUrl, AgentEnvironment environment) {
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
