package dev.postroad.runtime.run;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * A lane's time, in the microseconds of Postgres. It never runs backwards, so that what is published can be told by
 * time alone. Confined to the lane's thread.
 */
final class LaneClock {
    private final InstantSource source;
    private Instant latest = Instant.EPOCH;

    LaneClock(InstantSource source) {
        this.source = source;
    }

    Instant now() {
        notBefore(source.instant().truncatedTo(ChronoUnit.MICROS));
        return latest;
    }

    /** Another worker's clock was further on: its rows must not seem to be newer than those to come. */
    void notBefore(Instant time) {
        if (time.isAfter(latest)) {
            latest = time;
        }
    }
}
