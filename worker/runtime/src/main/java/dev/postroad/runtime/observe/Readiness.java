package dev.postroad.runtime.observe;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Whether a worker can do its work, part by part. Thread-safe once built. */
public final class Readiness {
    private final Map<String, Supplier<@Nullable String>> checks = new LinkedHashMap<>();

    /** Adds a part; the check gives null where all is well, else the reason. It must not block. */
    public Readiness part(String name, Supplier<@Nullable String> check) {
        checks.put(name, check);
        return this;
    }

    /** What each part has to say: {@code ok}, or why not. */
    public Map<String, String> report() {
        Map<String, String> report = new LinkedHashMap<>();
        checks.forEach((name, check) -> {
            String problem = check.get();
            report.put(name, problem == null ? "ok" : problem);
        });
        return report;
    }

    /** Whether every part is well. */
    public boolean isReady() {
        return report().values().stream().allMatch("ok"::equals);
    }
}
