package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fields;
import dev.postroad.contracts.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a model chooses its words; null for its own ways.
 *
 * @param options further fields of the request, as the provider names them
 */
record LlmSampling(
        @Nullable Double temperature,
        @Nullable Integer maxTokens,
        @Nullable Integer seed,
        List<String> stop,
        Map<String, Object> options) {
    static final List<String> FIELDS = List.of("temperature", "maxTokens", "seed", "stop", "options");

    private static final int MOST_TOKENS = 1_000_000;
    private static final int MOST_STOPS = 16;
    private static final Set<String> OURS = Set.of("model", "messages", "system", "stream", "stream_options", "tools");

    static LlmSampling read(Fields fields) {
        List<String> stop = fields.texts("stop");
        if (stop.size() > MOST_STOPS) {
            fields.fault("stop", "names " + stop.size() + " texts", "name at most " + MOST_STOPS);
        }
        return new LlmSampling(
                fields.number("temperature", 0, 2),
                fields.whole("maxTokens", 1, MOST_TOKENS),
                fields.whole("seed", 0, Integer.MAX_VALUE),
                stop,
                options(fields));
    }

    private static Map<String, Object> options(Fields fields) {
        Map<String, Object> options = new LinkedHashMap<>();
        ObjectNode said = fields.objectOf("options");
        if (said != null) {
            said.properties().forEach(option -> {
                if (OURS.contains(option.getKey())) {
                    fields.fault(
                            "options." + option.getKey(), "is a field that Postroad sets", "leave it out of options");
                }
                options.put(option.getKey(), Json.mapper().convertValue(option.getValue(), Object.class));
            });
        }
        return options;
    }
}
