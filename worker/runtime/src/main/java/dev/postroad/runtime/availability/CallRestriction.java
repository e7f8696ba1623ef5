package dev.postroad.runtime.availability;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Why an agent cannot simply be called. Those that can have none.
 *
 * @param disabled null where it is enabled
 * @param breaker null where its circuit breaker is closed
 */
public record CallRestriction(
        String agent, @Nullable Disabled disabled, @Nullable Breaker breaker) {
    /**
     * It may not be called.
     *
     * @param why for people
     * @param probeAt when a call may try it; null for never
     */
    public record Disabled(String why, @Nullable Instant probeAt) {}

    /**
     * Its circuit breaker is not closed.
     *
     * @param halfOpen whether calls are let through to see
     * @param until of an open breaker, when it is half open; of a half-open one, when calls that were let through and
     *     are not answered yet count no more
     * @param probes how many calls were let through since it was half open
     */
    public record Breaker(boolean halfOpen, Instant until, int probes) {}
}
