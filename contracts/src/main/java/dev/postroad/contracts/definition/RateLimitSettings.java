package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fields;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How often an agent is called, or a node calls its agent.
 *
 * @param calls the most calls that begin within {@code per}, 1 to 1,000,000
 * @param tokens in place of calls, the most tokens that they use, in and out; null for a limit of calls. Over all workers
 *     alone
 * @param per the period
 * @param maxWait the longest that a call waits for its turn on one worker; then the attempt has failed
 * @param cluster null where it holds on each worker; of agents alone
 */
public record RateLimitSettings(
        int calls,
        @Nullable Integer tokens,
        Duration per,
        Duration maxWait,
        @Nullable ClusterScope cluster) {
    private static final Set<String> KNOWN = Set.of("calls", "tokens", "per", "maxWait", "scope", "key");
    private static final int MOST = 1_000_000;
    private static final int MOST_TOKENS = 2_000_000_000;
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofDays(31);

    /** Null where there is no limit. */
    static @Nullable RateLimitSettings read(@Nullable Fields fields) {
        if (fields == null) {
            return null;
        }
        fields.onlyKnown(KNOWN);
        Integer calls = fields.whole("calls", 1, MOST);
        Integer tokens = fields.whole("tokens", 1, MOST_TOKENS);
        if (!fields.has("calls") && !fields.has("tokens")) {
            fields.fault("calls", "is missing", "say how many calls may begin in a period, such as 100");
        } else if (fields.has("calls") && fields.has("tokens")) {
            fields.fault("tokens", "stands beside calls", "keep one of the two");
        }
        Duration per = Objects.requireNonNullElse(fields.duration("per"), SECOND);
        ClusterScope cluster = ClusterScope.read(fields);
        if (cluster == null && fields.has("tokens")) {
            fields.fault("tokens", "are counted over all workers alone", "add scope: cluster");
        }
        if (cluster != null && (per.compareTo(SECOND) < 0 || per.compareTo(LONGEST) > 0)) {
            fields.fault("per", "is " + per, "use PT1S to P31D with scope: cluster");
        }
        return new RateLimitSettings(
                calls == null ? MOST : calls,
                tokens,
                per,
                Objects.requireNonNullElse(fields.duration("maxWait"), BulkheadSettings.DEFAULT_WAIT),
                cluster);
    }

    /** How much may be used within the period: calls, or tokens. */
    public int most() {
        return tokens == null ? calls : tokens;
    }
}
