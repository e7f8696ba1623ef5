package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fields;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a node says about the calls of its agent; what is null was not said, and the agent's own settings hold.
 *
 * @param bulkhead the node's own, in place of the agent's
 * @param rateLimit the node's own, in place of the agent's
 * @param circuitBreaker by what its own calls are judged; where they open the breaker, that is the agent's, for all. Calls
 *     of a node that wants none neither heed it nor count
 * @param onUnavailable what becomes of its tasks while the agent cannot be called
 */
public record NodeGuardSettings(
        @Nullable BulkheadSettings bulkhead,
        @Nullable RateLimitSettings rateLimit,
        @Nullable CircuitBreakerOverride circuitBreaker,
        @Nullable OnUnavailable onUnavailable) {
    /** Nothing said. */
    public static final NodeGuardSettings UNSET = new NodeGuardSettings(null, null, null, null);

    /** The fields that are read here. */
    static final Set<String> KNOWN = Set.of("bulkhead", "rateLimit", "circuitBreaker", "onUnavailable");

    static NodeGuardSettings read(Fields fields) {
        ofWorkersAlone(fields.nested("bulkhead"));
        ofWorkersAlone(fields.nested("rateLimit"));
        return new NodeGuardSettings(
                BulkheadSettings.read(fields.nested("bulkhead")),
                RateLimitSettings.read(fields.nested("rateLimit")),
                CircuitBreakerOverride.read(fields.nested("circuitBreaker"), null),
                OnUnavailable.read(fields));
    }

    private static void ofWorkersAlone(@Nullable Fields limit) {
        if (limit != null
                && limit.has("scope")
                && "cluster".equals(limit.object().get("scope").textValue())) {
            limit.fault("scope", "is of agents alone", "say it of the agent, or leave it out");
        }
    }
}
