package dev.postroad.runtime.config;

import dev.postroad.contracts.json.Fields;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a process writes its log. */
public enum LogFormat {
    /** For people. */
    TEXT,
    /** For machines: a JSON object a line. */
    JSON;

    /** That of the settings; text where none, or none that there is, is set. */
    public static LogFormat of(Variables variables) {
        String given = variables.value(Setting.LOG_FORMAT).orElse("").strip();
        return Arrays.stream(values())
                .filter(format -> format.publicName().equals(given))
                .findFirst()
                .orElse(TEXT);
    }

    static void check(SettingReader reader) {
        String given = reader.required(Setting.LOG_FORMAT, "leave it out").strip();
        if (Arrays.stream(values()).noneMatch(format -> format.publicName().equals(given))) {
            String known = Arrays.stream(values()).map(LogFormat::publicName).collect(Collectors.joining(" or "));
            reader.fault(Setting.LOG_FORMAT, "is " + Fields.quoted(given), "use " + known);
        }
    }

    private String publicName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
