package dev.postroad.runtime.observe;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a worker is, part by part. Immutable.
 *
 * @param parts by their names, in the order in which people read them
 */
public record HealthReport(Map<String, PartHealth> parts) {
    public HealthReport {
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    }

    /** How the worst part is. */
    public HealthState state() {
        return parts.values().stream()
                .map(PartHealth::state)
                .max(Comparator.naturalOrder())
                .orElse(HealthState.OK);
    }

    /** Whether the worker can do its work. */
    public boolean isReady() {
        return state() != HealthState.BAD;
    }
}
