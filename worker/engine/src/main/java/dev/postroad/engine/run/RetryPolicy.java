package dev.postroad.engine.run;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.ErrorPattern;
import dev.postroad.contracts.definition.OnExhausted;
import dev.postroad.contracts.definition.RetrySettings;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When a failed attempt is followed by another.
 *
 * @param maxAttempts the first attempt included
 * @param jitter the share of a wait, 0 to 1, that chance adds to it
 * @param on what is tried again; null for what the agent says may be
 * @param onExhausted what becomes of the run when all attempts are used up
 */
public record RetryPolicy(
        int maxAttempts,
        Duration backoff,
        double multiplier,
        Duration maxBackoff,
        double jitter,
        @Nullable List<ErrorPattern> on,
        OnExhausted onExhausted) {
    /** Three retries, after 1 s, 2 s and 4 s. */
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(4, Duration.ofSeconds(1), 2, Duration.ofMinutes(1), 0, null, OnExhausted.FAIL);

    /** This policy, where {@code settings} say nothing else. */
    public RetryPolicy with(RetrySettings settings) {
        return new RetryPolicy(
                Objects.requireNonNullElse(settings.maxAttempts(), maxAttempts),
                Objects.requireNonNullElse(settings.backoff(), backoff),
                Objects.requireNonNullElse(settings.multiplier(), multiplier),
                Objects.requireNonNullElse(settings.maxBackoff(), maxBackoff),
                Objects.requireNonNullElse(settings.jitter(), jitter),
                settings.on() == null ? on : settings.on(),
                Objects.requireNonNullElse(settings.onExhausted(), onExhausted));
    }

    /** Whether an error of this kind is tried again at all. */
    boolean retries(AgentReply.Faulted fault) {
        return on == null
                ? fault.retryable()
                : on.stream().anyMatch(pattern -> pattern.matches(fault.type(), fault.message()));
    }

    /**
     * How long to wait after an attempt. An agent may ask for more than the backoff, up to {@code maxBackoff}: who allows
     * servers to ask for hours says so there.
     *
     * @param attempt the attempt that failed, from 1
     * @param atLeast what the agent asked for; null where it asked for nothing
     * @param chance 0 to 1
     */
    public Duration delayAfter(int attempt, @Nullable Duration atLeast, double chance) {
        double factor = Math.pow(multiplier, attempt - 1.0);
        double millis = Math.min(backoff.toMillis() * factor, (double) maxBackoff.toMillis());
        Duration delay = Duration.ofMillis(Math.round(millis * (1 + jitter * chance)));
        if (atLeast == null || atLeast.compareTo(delay) <= 0) {
            return delay;
        }
        Duration asked = atLeast.compareTo(maxBackoff) < 0 ? atLeast : maxBackoff;
        return asked.compareTo(delay) < 0 ? delay : asked;
    }
}
