package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fields;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When an agent's circuit breaker opens, and how it closes again. Java agents have one only where their definition says
 * so: their failures are mostly those of what they were handed.
 *
 * @param enabled whether there is one at all
 * @param window the last calls that are looked at, 1 to 10,000
 * @param minimumCalls the fewest calls that say anything, 1 to 10,000
 * @param failureRate the percentage of failed calls, above 0 to 100, from which on it opens
 * @param slowCall the time from which on a call counts as slow; null for none
 * @param slowCallRate the percentage of slow calls, above 0 to 100, from which on it opens
 * @param openFor how long no call is made before some are let through to see
 * @param halfOpenCalls how many are let through, over all workers, 1 to 1,000
 */
public record CircuitBreakerSettings(
        boolean enabled,
        int window,
        int minimumCalls,
        double failureRate,
        @Nullable Duration slowCall,
        double slowCallRate,
        Duration openFor,
        int halfOpenCalls) {

    /** What holds where nobody said otherwise. */
    public static final CircuitBreakerSettings DEFAULT =
            new CircuitBreakerSettings(true, 20, 10, 50, null, 100, Duration.ofSeconds(30), 3);

    /** None. */
    static final CircuitBreakerSettings NONE = new CircuitBreakerSettings(
            false,
            DEFAULT.window,
            DEFAULT.minimumCalls,
            DEFAULT.failureRate,
            DEFAULT.slowCall,
            DEFAULT.slowCallRate,
            DEFAULT.openFor,
            DEFAULT.halfOpenCalls);

    /** @param unsaid what holds where nothing is said */
    static CircuitBreakerSettings read(@Nullable Fields fields, CircuitBreakerSettings unsaid) {
        CircuitBreakerOverride said = CircuitBreakerOverride.read(fields, DEFAULT.window);
        return said == null ? unsaid : said.over(DEFAULT);
    }
}
