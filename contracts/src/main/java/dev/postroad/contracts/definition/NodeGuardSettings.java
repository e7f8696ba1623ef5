package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fields;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a node says about the calls of its agent; what is null was not said, and the agent's own settings hold.
 *
 * @param bulkhead the node's own, in place of the agent's
 * @param rateLimit the node's own, in place of the agent's
 * @param breaks whether its calls heed, and count for, the agent's circuit breaker
 * @param onUnavailable what becomes of its tasks while the agent cannot be called
 */
public record NodeGuardSettings(
        @Nullable BulkheadSettings bulkhead,
        @Nullable RateLimitSettings rateLimit,
        boolean breaks,
        @Nullable OnUnavailable onUnavailable) {
    /** Nothing said. */
    public static final NodeGuardSettings UNSET = new NodeGuardSettings(null, null, true, null);

    /** The fields that are read here. */
    static final Set<String> KNOWN = Set.of("bulkhead", "rateLimit", "circuitBreaker", "onUnavailable");

    static NodeGuardSettings read(Fields fields) {
        return new NodeGuardSettings(
                BulkheadSettings.read(fields.nested("bulkhead")),
                RateLimitSettings.read(fields.nested("rateLimit")),
                breaks(fields.nested("circuitBreaker")),
                OnUnavailable.read(fields));
    }

    /** An agent has one breaker for all its nodes; a node can only stay clear of it. */
    private static boolean breaks(@Nullable Fields fields) {
        if (fields == null) {
            return true;
        }
        fields.onlyKnown(Set.of("enabled"));
        return !Boolean.FALSE.equals(fields.truth("enabled"));
    }
}
