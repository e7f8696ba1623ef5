package dev.postroad.runtime.history.agents;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How an agent is now.
 *
 * @param breaker the state of its circuit breaker: {@code closed}, {@code open} or {@code half-open}
 * @param lastError the type and the message of the last call that failed; null where none did
 * @param lastErrorAt null where no call failed
 */
public record AgentHealth(
        boolean enabled,
        String breaker,
        @Nullable JsonNode lastError,
        @Nullable Instant lastErrorAt) {}
