package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fields;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How often an agent is called, or a node calls its agent, on one worker.
 *
 * @param calls the most calls that begin within {@code per}, 1 to 1,000,000
 * @param per the period
 * @param maxWait the longest that a call waits for its turn; then the attempt has failed
 */
public record RateLimitSettings(int calls, Duration per, Duration maxWait) {
    private static final Set<String> KNOWN = Set.of("calls", "per", "maxWait");
    private static final int MOST = 1_000_000;
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** Null where there is no limit. */
    static @Nullable RateLimitSettings read(@Nullable Fields fields) {
        if (fields == null) {
            return null;
        }
        fields.onlyKnown(KNOWN);
        Integer calls = fields.whole("calls", 1, MOST);
        if (!fields.has("calls")) {
            fields.fault("calls", "is missing", "say how many calls may begin in a period, such as 100");
        }
        return new RateLimitSettings(
                calls == null ? MOST : calls,
                Objects.requireNonNullElse(fields.duration("per"), SECOND),
                Objects.requireNonNullElse(fields.duration("maxWait"), BulkheadSettings.DEFAULT_WAIT));
    }
}
