package dev.postroad.runtime.observe;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** How each part of a worker is found out. Thread-safe once built. */
public final class HealthChecks {
    private final Map<String, Supplier<PartHealth>> checks = new LinkedHashMap<>();
    private final Set<String> vital = new HashSet<>();

    /** Adds a part. Its check must not block: what has to wait for a server is left to {@link ServerWatch}. */
    public HealthChecks part(String name, Supplier<PartHealth> check) {
        checks.put(name, check);
        return this;
    }

    /** Adds a part that, once bad, gets well by a restart alone; see {@link #part}. */
    public HealthChecks vital(String name, Supplier<PartHealth> check) {
        vital.add(name);
        return part(name, check);
    }

    /** How the worker is now. Does not wait. */
    public HealthReport report() {
        Map<String, PartHealth> parts = new LinkedHashMap<>();
        checks.forEach((name, check) -> parts.put(name, check.get()));
        return new HealthReport(parts, vital);
    }
}
