package dev.postroad.runtime.run;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * A lane's time, in the microseconds of Postgres. No two decisions have the same, also where another worker's clock was
 * further on: so what is published can be told by time alone, and rows to come never stand beside those that were read
 * back. Confined to the lane's thread.
 */
final class LaneClock {
    private final InstantSource source;
    private Instant latest = Instant.EPOCH;

    LaneClock(InstantSource source) {
        this.source = source;
    }

    Instant now() {
        Instant next = latest.plus(1, ChronoUnit.MICROS);
        Instant time = source.instant().truncatedTo(ChronoUnit.MICROS);
        latest = time.isAfter(next) ? time : next;
        return latest;
    }

    /** Another worker's clock was further on: its rows must not seem to be newer than those to come. */
    void notBefore(Instant time) {
        if (time.isAfter(latest)) {
            latest = time;
        }
    }
}
