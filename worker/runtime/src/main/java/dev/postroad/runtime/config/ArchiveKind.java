package dev.postroad.runtime.config;

import java.util.Locale;

/** Where runs are kept before they are deleted. */
public enum ArchiveKind {
    /** Nowhere. */
    NONE,
    /** On a topic. */
    KAFKA,
    /** In a folder. */
    FILES;

    String publicName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
