package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fields;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When an agent that stays bad is disabled by the system, and how it comes back.
 *
 * @param disable whether the system may disable it at all
 * @param openings how often in a row its circuit breaker has to open, without ever closing, 1 to 1,000
 * @param probeEvery how long it is left alone before one call is let through to see whether it is well again
 */
public record HealthSettings(boolean disable, int openings, Duration probeEvery) {
    /** What holds where nobody said otherwise. */
    public static final HealthSettings DEFAULT = new HealthSettings(true, 5, Duration.ofMinutes(5));

    private static final Set<String> KNOWN = Set.of("disable", "openings", "probeEvery");

    static HealthSettings read(@Nullable Fields fields) {
        if (fields == null) {
            return DEFAULT;
        }
        fields.onlyKnown(KNOWN);
        return new HealthSettings(
                !Boolean.FALSE.equals(fields.truth("disable")),
                Objects.requireNonNullElse(fields.whole("openings", 1, 1_000), DEFAULT.openings),
                Objects.requireNonNullElse(fields.duration("probeEvery"), DEFAULT.probeEvery));
    }
}
