package dev.postroad.runtime.agent;

import dev.postroad.contracts.json.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces {@code ${env:NAME}} in settings, so that secrets stay out of definitions, and remembers what it put in.
 * Not thread-safe.
 */
final class EnvironmentReferences {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{env:([^}]*)}");

    private final Map<String, String> variables;
    private final List<String> secrets = new ArrayList<>();

    EnvironmentReferences(Map<String, String> variables) {
        this.variables = variables;
    }

    /** The text with every reference replaced; notes a fault at {@code field} for each variable that is not set. */
    String resolve(Fields fields, String field, String text) {
        return REFERENCE.matcher(text).replaceAll(match -> Matcher.quoteReplacement(value(fields, field, match)));
    }

    /** The values that were put in. */
    List<String> secrets() {
        return List.copyOf(secrets);
    }

    private String value(Fields fields, String field, MatchResult match) {
        String name = match.group(1);
        String value = variables.get(name);
        if (value == null) {
            fields.fault(
                    field,
                    "refers to the environment variable " + Fields.quoted(name) + ", which is not set",
                    "set it on every worker");
            return "";
        }
        secrets.add(value);
        return value;
    }
}
