package dev.postroad.runtime.agent.attempt;

import dev.postroad.contracts.json.Fields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Replaces {@code ${env:NAME}} and {@code ${file:NAME}} in settings, so that secrets stay out of definitions, and
 * remembers what it put in. Files are those of one folder, whose operator decides what definitions may read. Not
 * thread-safe.
 */
public final class SecretReferences {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env|file):([^}]*)}");
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}");
    private static final long MOST_BYTES = 64 << 10;

    private final AgentEnvironment environment;
    private final List<String> secrets = new ArrayList<>();

    public SecretReferences(AgentEnvironment environment) {
        this.environment = environment;
    }

    /** The text with every reference replaced; notes a fault at {@code field} for each that leads nowhere. */
    public String resolve(Fields fields, String field, String text) {
        return REFERENCE.matcher(text).replaceAll(match -> Matcher.quoteReplacement(value(fields, field, match)));
    }

    /** The values that were put in. */
    public List<String> secrets() {
        return List.copyOf(secrets);
    }

    private String value(Fields fields, String field, MatchResult match) {
        String name = match.group(2);
        String value = match.group(1).equals("env") ? ofVariable(fields, field, name) : ofFile(fields, field, name);
        if (value == null) {
            return "";
        }
        secrets.add(value);
        return value;
    }

    private @Nullable String ofVariable(Fields fields, String field, String name) {
        String value = environment.variables().get(name);
        if (value == null) {
            fields.fault(
                    field,
                    "refers to the environment variable " + Fields.quoted(name) + ", which is not set",
                    "set it on every worker");
        }
        return value;
    }

    private @Nullable String ofFile(Fields fields, String field, String name) {
        Path folder = environment.secretsFolder();
        if (folder == null) {
            fields.fault(
                    field,
                    "refers to the file " + Fields.quoted(name) + ", but workers have no folder of secrets",
                    "set POSTROAD_SECRETS_DIR on every worker");
            return null;
        }
        if (!FILE_NAME.matcher(name).matches()) {
            fields.fault(
                    field, "refers to the file " + Fields.quoted(name), "name a file in POSTROAD_SECRETS_DIR itself");
            return null;
        }
        try {
            Path file = folder.resolve(name);
            String value =
                    Files.size(file) > MOST_BYTES ? "" : Files.readString(file).stripTrailing();
            if (!value.isEmpty()) {
                return value;
            }
        } catch (IOException unreadable) {
            // Falls through to the one fault that covers both.
        }
        fields.fault(
                field,
                "refers to the file " + Fields.quoted(name) + ", which is not there, cannot be read or holds no secret",
                "put it into POSTROAD_SECRETS_DIR on every worker");
        return null;
    }
}
