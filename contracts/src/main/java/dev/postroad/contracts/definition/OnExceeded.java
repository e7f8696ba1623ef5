package dev.postroad.contracts.definition;

import java.util.Locale;

/** What becomes of a call that would begin beyond the budget. */
public enum OnExceeded {
    /** It begins all the same, and an event says so, once a run. */
    WARN,
    /** It does not begin, and its run pauses until there is more. */
    PAUSE,
    /** It does not begin, and its node fails. */
    FAIL;

    /** The name in definitions and events, such as {@code pause}. */
    public String publicName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The one of a public name.
     *
     * @throws IllegalArgumentException where there is none
     */
    public static OnExceeded of(String publicName) {
        return valueOf(publicName.toUpperCase(Locale.ROOT));
    }
}
