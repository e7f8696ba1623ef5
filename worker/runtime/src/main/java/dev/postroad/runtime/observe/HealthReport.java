package dev.postroad.runtime.observe;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * How a worker is, part by part. Immutable.
 *
 * @param parts by their names, in the order in which people read them
 * @param vital the names of those that get well by a restart alone
 */
public record HealthReport(Map<String, PartHealth> parts, Set<String> vital) {
    public HealthReport {
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
        vital = Set.copyOf(vital);
    }

    /** How the worst part is. */
    public HealthState state() {
        return parts.values().stream()
                .map(PartHealth::state)
                .max(Comparator.naturalOrder())
                .orElse(HealthState.OK);
    }

    /** Whether the worker is well, or may become so without a restart. */
    public boolean isLive() {
        return parts.entrySet().stream()
                .noneMatch(
                        part -> vital.contains(part.getKey()) && part.getValue().state() == HealthState.BAD);
    }

    /** Whether the worker can do its work. */
    public boolean isReady() {
        return state() != HealthState.BAD;
    }
}
