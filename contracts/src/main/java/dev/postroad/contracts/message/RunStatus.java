package dev.postroad.contracts.message;

import java.util.Locale;

/** What a run is doing. */
public enum RunStatus {
    QUEUED,
    RUNNING,
    WAITING,
    PAUSED,
    COMPLETED,
    FAILED,
    CANCELLED;

    /** The name in tables and output, such as {@code running}. */
    public String publicName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The status of a public name. */
    public static RunStatus of(String publicName) {
        return valueOf(publicName.toUpperCase(Locale.ROOT));
    }

    /** Whether nothing more happens unless a command comes. */
    public boolean isEnded() {
        return this == COMPLETED || this == FAILED || this == CANCELLED;
    }
}
