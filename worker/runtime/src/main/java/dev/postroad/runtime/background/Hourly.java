package dev.postroad.runtime.background;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** What is to be done once an hour, and first at once. Not thread-safe. */
public final class Hourly {
    private static final Duration EVERY = Duration.ofHours(1);

    private final InstantSource clock;
    private Instant nextAt = Instant.MIN;

    public Hourly(InstantSource clock) {
        this.clock = clock;
    }

    /** Whether it is time, as long as it is not {@link #done}. */
    public boolean isDue() {
        return !clock.instant().isBefore(nextAt);
    }

    /** It is done, or not worth another try within the hour. */
    public void done() {
        nextAt = clock.instant().plus(EVERY);
    }
}
