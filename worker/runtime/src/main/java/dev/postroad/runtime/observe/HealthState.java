package dev.postroad.runtime.observe;

import java.util.Locale;

/** How a part of a worker is, from the best to the worst. */
public enum HealthState {
    /** All is well. */
    OK,
    /** Others suffer, or something waits, but the worker does its work. */
    DEGRADED,
    /** The worker cannot do its work. */
    BAD;

    /** The word for it in answers. */
    public String publicName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
