package dev.postroad.contracts.agent;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How much a line of a run's log matters, from the least to the most. */
public enum LogLevel {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR;

    /** As it is written in tables and messages: in small letters. */
    public String publicName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The level of a name, whatever its case; {@code warning} is {@code warn}. Empty where there is none. */
    public static Optional<LogLevel> of(String name) {
        String wanted = name.strip().toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(level -> level.publicName().equals(wanted.equals("warning") ? "warn" : wanted))
                .findFirst();
    }
}
