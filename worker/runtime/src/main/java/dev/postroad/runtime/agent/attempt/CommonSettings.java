package dev.postroad.runtime.agent.attempt;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a definition of an agent of any kind may say; how it is obeyed is not this package's business. */
public final class CommonSettings {
    private static final Set<String> NAMES = Set.of(
            "agent",
            "kind",
            "description",
            "timeout",
            "retry",
            "circuitBreaker",
            "bulkhead",
            "rateLimit",
            "onUnavailable",
            "health");

    private CommonSettings() {}

    /** These, and those of one kind. */
    public static Set<String> and(String... own) {
        Set<String> names = new HashSet<>(NAMES);
        names.addAll(List.of(own));
        return Set.copyOf(names);
    }
}
