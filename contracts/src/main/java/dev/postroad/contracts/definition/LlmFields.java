package dev.postroad.contracts.definition;

import com.fasterxml.jackson.databind.JsonNode;
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
            "onCutOff",
            "tools",
            "maxToolCalls");

    private static final Set<String> OF_TOOL = Set.of("agent", "graph", "version", "name", "description", "parameters");
    private static final Pattern TOOL_NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final int MAX_TOOLS = 128;
    private static final int MAX_TOOL_CALLS = 1_000;
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
        checkTools(fields);
    }

    private static void checkTools(Fields fields) {
        fields.whole("maxToolCalls", 1, MAX_TOOL_CALLS);
        JsonNode tools = fields.tree("tools");
        if (tools == null) {
            return;
        }
        if (!tools.isArray() || tools.size() > MAX_TOOLS) {
            fields.fault(
                    "tools",
                    "is no list of at most " + MAX_TOOLS,
                    "list agents by their names, or as { agent: … } and { graph: … }");
            return;
        }
        for (int i = 0; i < tools.size(); i++) {
            if (!tools.get(i).isTextual()) {
                checkTool(fields.element("tools", i, tools.get(i)));
            }
        }
    }

    private static void checkTool(Fields tool) {
        tool.onlyKnown(OF_TOOL);
        if (tool.has("agent") == tool.has("graph")) {
            tool.fault("", "names neither an agent nor a graph, or both", "say one of the two");
        }
        List.of("agent", "graph", "description").forEach(tool::text);
        tool.whole("version", 1, Integer.MAX_VALUE);
        tool.text("name", TOOL_NAME, "1 to 64 of A-Z a-z 0-9 _ -");
        tool.objectOf("parameters");
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
