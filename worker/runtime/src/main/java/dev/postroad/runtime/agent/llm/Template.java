package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.model.input.PromptTemplate;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A text with places for what stands in an input: {@code {{name}}} is a field, {@code {{a.b.0}}} leads into one. Texts are
 * put in as they are, all else as JSON. Thread-safe.
 */
final class Template {
    private static final Pattern VARIABLE = Pattern.compile("\\{\\{\\s*(.+?)\\s*\\}\\}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_$][\\w$-]*(\\.[\\w$-]+)*");
    private static final Pattern POINT = Pattern.compile("\\.");

    private final PromptTemplate template;
    private final TreeSet<String> variables;
    private final boolean onlyNames;

    private Template(String text, boolean onlyNames, InstantSource clock) {
        template = PromptTemplate.from(text, clock.withZone(ZoneOffset.UTC));
        variables = VARIABLE.matcher(text)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        this.onlyNames = onlyNames;
    }

    /** Whatever stands in double braces is a variable. */
    static Template of(String text, InstantSource clock) {
        return new Template(text, false, clock);
    }

    /** What stands in double braces and could not be the name of a variable stays as it is. */
    static Template ofNames(String text, InstantSource clock) {
        return new Template(text, true, clock);
    }

    /** @throws IllegalArgumentException where the input lacks a variable, or nothing is left of the text */
    String filled(JsonNode input) {
        Map<String, Object> values = new HashMap<>();
        for (String variable : variables) {
            JsonNode value = found(input, variable);
            if (value != null) {
                values.put(variable, value.isTextual() ? value.textValue() : value.toString());
            } else if (onlyNames && !NAME.matcher(variable).matches()) {
                values.put(variable, "{{" + variable + "}}");
            }
        }
        String text = template.apply(values).text();
        if (text.isBlank()) {
            throw new IllegalArgumentException("nothing is left to say");
        }
        return text;
    }

    /** The field of that very name, or else the place that it leads to. */
    private static @Nullable JsonNode found(JsonNode input, String variable) {
        if (!input.isObject() || input.has(variable)) {
            return input.get(variable);
        }
        JsonNode place = input;
        for (String step : POINT.splitAsStream(variable).toList()) {
            place = place.isArray() && step.chars().allMatch(Character::isDigit) && step.length() < 10
                    ? place.path(Integer.parseInt(step))
                    : place.path(step);
        }
        return place.isMissingNode() ? null : place;
    }
}
