package dev.postroad.cli.bulk;

import java.time.Duration;
import java.time.Instant;

/** When the next of many commands may go out. Confined to one thread. */
final class Pace {
    /** How much of a delay is caught up with, so that the pace is kept by a sender that waits in small steps. */
    private static final Duration CAUGHT_UP = Duration.ofMillis(100);

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final Duration gap;
    private Instant next;

    Pace(int perSecond, Instant start) {
        gap = Duration.ofNanos(NANOS_PER_SECOND / perSecond);
        next = start;
    }

    /** When the next one may go; in the past where it is late. */
    Instant next() {
        return next;
    }

    void taken(Instant now) {
        Instant earliest = now.minus(CAUGHT_UP);
        next = (next.isBefore(earliest) ? earliest : next).plus(gap);
    }
}
