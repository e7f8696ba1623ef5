package dev.postroad.runtime.agent.attempt;

import dev.postroad.contracts.json.Fields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    private static final Pattern FILE_NAME =
            Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}){0,3}");
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
        Optional<String> refusal = environment.secretRules().refusesVariable(name, value);
        if (refusal.isPresent()) {
            fields.fault(
                    field,
                    "refers to the environment variable " + Fields.quoted(name) + ", " + refusal.get(),
                    "name it POSTROAD_AGENT_…, or list env:" + name + " in POSTROAD_SECRETS on every worker; what is"
                            + " the worker's own is given to nobody");
            return null;
        }
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
        Optional<String> refusal = environment.secretRules().refusesFile(folder, name);
        if (refusal.isPresent()) {
            return refused(fields, field, name, refusal.get());
        }
        try {
            Path file = folder.resolve(name);
            String value =
                    Files.size(file) > MOST_BYTES ? "" : Files.readString(file).stripTrailing();
            Optional<String> own = environment.secretRules().refusesContent(file, value);
            if (own.isPresent()) {
                return refused(fields, field, name, own.get());
            }
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

    private static @Nullable String refused(Fields fields, String field, String name, String why) {
        fields.fault(
                field,
                "refers to the file " + Fields.quoted(name) + ", " + why,
                "keep the secrets of agents in a folder of their own, or list file:" + name
                        + " in POSTROAD_SECRETS on every worker; what is the worker's own is given to nobody");
        return null;
    }
}
