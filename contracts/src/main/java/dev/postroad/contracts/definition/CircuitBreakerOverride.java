package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fields;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What somebody said about a circuit breaker; what is null was not said. The components are those of
 * {@link CircuitBreakerSettings}.
 */
public record CircuitBreakerOverride(
        @Nullable Boolean enabled,
        @Nullable Integer window,
        @Nullable Integer minimumCalls,
        @Nullable Double failureRate,
        @Nullable Duration slowCall,
        @Nullable Double slowCallRate,
        @Nullable Duration openFor,
        @Nullable Integer halfOpenCalls) {
    private static final Set<String> KNOWN = Set.of(
            "enabled", "window", "minimumCalls", "failureRate", "slowCall", "slowCallRate", "openFor", "halfOpenCalls");
    private static final int MOST_CALLS = 10_000;
    private static final int MOST_PROBES = 1_000;
    private static final double LEAST_RATE = 0.01;

    /**
     * Null where nothing is said.
     *
     * @param usualWindow the window where none is said; null where that is not known yet
     */
    static @Nullable CircuitBreakerOverride read(@Nullable Fields fields, @Nullable Integer usualWindow) {
        if (fields == null) {
            return null;
        }
        fields.onlyKnown(KNOWN);
        Integer window = fields.whole("window", 1, MOST_CALLS);
        Integer minimum = fields.whole("minimumCalls", 1, MOST_CALLS);
        Integer looked = window == null ? usualWindow : window;
        if (minimum != null && looked != null && minimum > looked) {
            fields.fault("minimumCalls", "is more than the window of " + looked, "so many calls are never looked at");
        }
        return new CircuitBreakerOverride(
                fields.truth("enabled"),
                window,
                minimum,
                fields.number("failureRate", LEAST_RATE, 100),
                fields.duration("slowCall"),
                fields.number("slowCallRate", LEAST_RATE, 100),
                fields.duration("openFor"),
                fields.whole("halfOpenCalls", 1, MOST_PROBES));
    }

    /** The settings that come of it; who says anything wants a breaker, unless it says that there is none. */
    public CircuitBreakerSettings over(CircuitBreakerSettings base) {
        int calls = Objects.requireNonNullElse(window, base.window());
        return new CircuitBreakerSettings(
                Objects.requireNonNullElse(enabled, true),
                calls,
                Math.min(Objects.requireNonNullElse(minimumCalls, base.minimumCalls()), calls),
                Objects.requireNonNullElse(failureRate, base.failureRate()),
                slowCall == null ? base.slowCall() : slowCall,
                Objects.requireNonNullElse(slowCallRate, base.slowCallRate()),
                Objects.requireNonNullElse(openFor, base.openFor()),
                Objects.requireNonNullElse(halfOpenCalls, base.halfOpenCalls()));
    }
}
