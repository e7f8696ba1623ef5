package dev.postroad.runtime.config;

import dev.postroad.runtime.agent.attempt.Reach;
import dev.postroad.runtime.agent.attempt.SecretRules;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What definitions may refer to, and where agents may be. */
final class ReachSettings {
    /** Where an address, or what Kafka's clients are told, holds a password. */
    private static final Pattern PASSWORD_WITHIN =
            Pattern.compile("(?i)(?:password|sslpassword)\\s*=\\s*(?:\"([^\"]+)\"|'([^']+)'|([^\\s&;\"']+))");

    private ReachSettings() {}

    static SecretRules secrets(Variables variables, SettingReader reader) {
        String listed = reader.text(Setting.SECRETS);
        try {
            List<String> values = ownValues(variables.own());
            values.addAll(TraceSettings.secrets(variables.openTelemetry()));
            return SecretRules.of(listed, values, ownFiles(variables));
        } catch (IllegalArgumentException wrong) {
            reader.fault(
                    Setting.SECRETS,
                    String.valueOf(wrong.getMessage()),
                    "list what definitions may refer to, such as env:STRIPE_*, file:agents/*");
            return SecretRules.of(null, List.of(), List.of());
        }
    }

    static Reach reach(SettingReader reader) {
        String listed = reader.text(Setting.AGENT_HOSTS);
        try {
            return listed == null ? Reach.DEFAULT : Reach.of(listed);
        } catch (IllegalArgumentException wrong) {
            reader.fault(
                    Setting.AGENT_HOSTS,
                    String.valueOf(wrong.getMessage()),
                    "list where agents may be, such as *.internal:443, 10.0.0.0/8");
            return Reach.DEFAULT;
        }
    }

    private static List<String> ownValues(Map<String, String> own) {
        List<String> values = new ArrayList<>();
        List<String> secrets = Setting.secrets();
        own.forEach((name, value) -> {
            if (secrets.contains(name)) {
                values.add(value);
            }
            Matcher within = PASSWORD_WITHIN.matcher(value);
            while (!name.startsWith(SecretRules.OF_AGENTS) && within.find()) {
                values.add(
                        within.group(1) != null
                                ? within.group(1)
                                : within.group(2) != null ? within.group(2) : within.group(3));
            }
        });
        return values;
    }

    private static List<Path> ownFiles(Variables variables) {
        List<Path> files = new ArrayList<>();
        for (String name : variables.ownFiles()) {
            try {
                files.add(Path.of(name.strip()));
            } catch (InvalidPathException noPath) {
                // Whoever reads the setting says so.
            }
        }
        return files;
    }
}
