package dev.postroad.contracts.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Secrets that stand in a definition as they are, by the names of the headers and settings that hold them. */
public final class LiteralSecrets {
    private static final Pattern NAMES = Pattern.compile(
            "authorization|proxy-authorization|cookie|.*(api[-_]?key|private[-_]?key|token|secret|passw|credential).*");
    private static final String REFERENCE = "${";
    /** What is sent, what a program finds in its environment, and another model. */
    private static final List<String> PARTS = List.of("headers", "env", "fallback");

    private static final String HIDDEN = "***";
    private static final Pattern SCHEME = Pattern.compile("(?i)(bearer|basic|token)\\s+");

    private LiteralSecrets() {}

    /** The definition as it may be shown: without them. */
    public static ObjectNode masked(ObjectNode source) {
        if (of(source).isEmpty()) {
            return source;
        }
        ObjectNode masked = source.deepCopy();
        hide(masked);
        for (String part : PARTS) {
            if (masked.get(part) instanceof ObjectNode object) {
                hide(object);
            }
        }
        return masked;
    }

    private static void hide(ObjectNode object) {
        object.properties().forEach(field -> {
            if (isOne(field.getKey(), field.getValue())) {
                object.put(field.getKey(), HIDDEN);
            }
        });
    }

    /** Their values, without what says of which kind they are. */
    public static List<String> of(ObjectNode source) {
        List<String> values = new ArrayList<>();
        collect(source, values);
        PARTS.forEach(part -> collect(source.path(part), values));
        return values;
    }

    private static void collect(JsonNode object, List<String> values) {
        object.properties().forEach(field -> {
            if (isOne(field.getKey(), field.getValue())) {
                values.add(SCHEME.matcher(field.getValue().textValue())
                        .replaceFirst("")
                        .strip());
            }
        });
    }

    /** What is to be said to whoever publishes it. */
    static List<Fault> warnings(Definition definition) {
        if (!(definition instanceof AgentDefinition agent)) {
            return List.of();
        }
        List<Fault> warnings = new ArrayList<>();
        warn("", agent.source(), warnings);
        PARTS.forEach(part -> warn(part + ".", agent.source().path(part), warnings));
        return warnings;
    }

    private static void warn(String path, JsonNode object, List<Fault> warnings) {
        object.properties().forEach(field -> {
            if (isOne(field.getKey(), field.getValue())) {
                warnings.add(new Fault(
                        path + field.getKey(),
                        "holds a secret as it is, which everybody sees who reads the registry or Postgres",
                        "refer to it by ${env:POSTROAD_AGENT_…} or ${file:…}"));
            }
        });
    }

    private static boolean isOne(String name, JsonNode value) {
        return value.isTextual()
                && !value.textValue().isBlank()
                && !value.textValue().contains(REFERENCE)
                && NAMES.matcher(name.toLowerCase(Locale.ROOT)).matches();
    }
}
