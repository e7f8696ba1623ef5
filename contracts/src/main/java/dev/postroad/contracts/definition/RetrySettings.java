package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fields;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a user said about retries; what is null was not said.
 *
 * @param maxAttempts 1 to 1,000, the first attempt included
 * @param backoff the wait before the second attempt
 * @param multiplier how much longer each further wait is, 1 to 100
 * @param maxBackoff the longest wait
 * @param jitter the share of a wait, 0 to 1, that chance adds to it
 */
public record RetrySettings(
        @Nullable Integer maxAttempts,
        @Nullable Duration backoff,
        @Nullable Double multiplier,
        @Nullable Duration maxBackoff,
        @Nullable Double jitter) {

    /** Nothing said. */
    public static final RetrySettings UNSET = new RetrySettings(null, null, null, null, null);

    private static final Set<String> KNOWN = Set.of("maxAttempts", "backoff", "multiplier", "maxBackoff", "jitter");

    static RetrySettings read(@Nullable Fields fields) {
        if (fields == null) {
            return UNSET;
        }
        fields.onlyKnown(KNOWN);
        return new RetrySettings(
                fields.whole("maxAttempts", 1, 1_000),
                fields.duration("backoff"),
                fields.number("multiplier", 1, 100),
                fields.duration("maxBackoff"),
                fields.number("jitter", 0, 1));
    }
}
