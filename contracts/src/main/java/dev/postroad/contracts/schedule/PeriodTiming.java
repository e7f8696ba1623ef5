package dev.postroad.contracts.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Every so often, counted from 1970-01-01T00:00:00Z: so whoever asks, whenever, comes to the same times, and
 * {@code PT15M} is due at each quarter of an hour.
 *
 * @param period whole seconds, at least one
 */
public record PeriodTiming(Duration period) implements Timing {
    /**
     * Checks the period.
     *
     * @throws IllegalArgumentException where it is not whole seconds, or less than one
     */
    public PeriodTiming {
        if (!isLegal(period)) {
            throw new IllegalArgumentException("the period is " + period + "; use whole seconds, PT1S at least");
        }
    }

    /** Whether it is whole seconds, and at least one. */
    public static boolean isLegal(Duration period) {
        return period.isPositive() && period.equals(Duration.ofSeconds(period.toSeconds()));
    }

    @Override
    public Optional<Instant> after(Instant time) {
        long seconds = period.toSeconds();
        long periods = Math.floorDiv(time.getEpochSecond(), seconds);
        return Optional.of(Instant.ofEpochSecond((periods + 1) * seconds));
    }
}
