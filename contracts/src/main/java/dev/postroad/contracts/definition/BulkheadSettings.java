package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fields;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How many calls of an agent, or of a node, are under way at once.
 *
 * @param calls 1 to 1,000,000
 * @param maxWait the longest that a call waits for its place on one worker; then the attempt has failed
 * @param cluster null where it holds on each worker; of agents alone
 */
public record BulkheadSettings(
        int calls, Duration maxWait, @Nullable ClusterScope cluster) {
    /** How long a call waits for its place where nobody said otherwise. */
    static final Duration DEFAULT_WAIT = Duration.ofMinutes(10);

    private static final Set<String> KNOWN = Set.of("calls", "maxWait", "scope", "key");
    private static final int MOST = 1_000_000;

    /** Null where there is no limit. */
    static @Nullable BulkheadSettings read(@Nullable Fields fields) {
        if (fields == null) {
            return null;
        }
        fields.onlyKnown(KNOWN);
        Integer calls = fields.whole("calls", 1, MOST);
        if (!fields.has("calls")) {
            fields.fault("calls", "is missing", "say how many calls may be under way at once, such as 64");
        }
        return new BulkheadSettings(
                calls == null ? MOST : calls,
                Objects.requireNonNullElse(fields.duration("maxWait"), DEFAULT_WAIT),
                ClusterScope.read(fields));
    }
}
