package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fields;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bounds of a run.
 *
 * @param supersteps the most supersteps that a run may take, 1 to 1,000,000
 * @param timeout the longest that a run may take; null for no limit
 * @param concurrency the most tasks of one superstep that run at once, 1 to 100,000
 */
public record Limits(int supersteps, @Nullable Duration timeout, int concurrency) {
    /** The bounds where a graph names none. */
    public static final Limits DEFAULT = new Limits(100, null, 1_000);

    private static final Set<String> KNOWN = Set.of("supersteps", "timeout", "concurrency");

    static Limits read(@Nullable Fields fields) {
        if (fields == null) {
            return DEFAULT;
        }
        fields.onlyKnown(KNOWN);
        return new Limits(
                Objects.requireNonNullElse(fields.whole("supersteps", 1, 1_000_000), DEFAULT.supersteps),
                fields.duration("timeout"),
                Objects.requireNonNullElse(fields.whole("concurrency", 1, 100_000), DEFAULT.concurrency));
    }
}
