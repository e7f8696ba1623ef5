package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fields;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What stands around each call of an agent.
 *
 * @param bulkhead null for no limit
 * @param rateLimit null for no limit
 * @param onUnavailable null where the author did not say: the task waits
 * @param health when the system disables the agent
 */
public record GuardSettings(
        CircuitBreakerSettings circuitBreaker,
        @Nullable BulkheadSettings bulkhead,
        @Nullable RateLimitSettings rateLimit,
        @Nullable OnUnavailable onUnavailable,
        HealthSettings health) {
    /** Nothing said. */
    public static final GuardSettings DEFAULT =
            new GuardSettings(CircuitBreakerSettings.DEFAULT, null, null, null, HealthSettings.DEFAULT);

    /** The fields that are read here. */
    static final Set<String> KNOWN = Set.of("circuitBreaker", "bulkhead", "rateLimit", "onUnavailable", "health");

    /** These, with another circuit breaker. */
    public GuardSettings with(CircuitBreakerSettings other) {
        return new GuardSettings(other, bulkhead, rateLimit, onUnavailable, health);
    }

    static GuardSettings read(Fields fields, AgentDefinition.Kind kind) {
        CircuitBreakerSettings unsaid =
                kind == AgentDefinition.Kind.JAVA ? CircuitBreakerSettings.NONE : CircuitBreakerSettings.DEFAULT;
        return new GuardSettings(
                CircuitBreakerSettings.read(fields.nested("circuitBreaker"), unsaid),
                BulkheadSettings.read(fields.nested("bulkhead")),
                RateLimitSettings.read(fields.nested("rateLimit")),
                OnUnavailable.read(fields),
                HealthSettings.read(fields.nested("health")));
    }
}
