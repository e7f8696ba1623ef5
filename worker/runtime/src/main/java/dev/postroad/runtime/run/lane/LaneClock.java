package dev.postroad.runtime.run.lane;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * A lane's two times. {@link #now} is the real time: what is due, and when, is told by it alone. {@link #stamp} is the
 * time that events get, in the microseconds of Postgres: the real time, but no two decisions have the same, and none has
 * an earlier one than what was there before, also where another worker's clock was further on. So what is published can
 * be told by stamps alone, rows to come never stand beside those that were read back, and a shard whose stamps are ahead
 * sleeps no longer for it. Confined to the lane's thread.
 */
final class LaneClock {
    private final InstantSource source;
    private long latestMicros = Long.MIN_VALUE;

    LaneClock(InstantSource source) {
        this.source = source;
    }

    /** The real time, as exact as it is journaled. */
    Instant now() {
        return source.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** The time of the next decision's events, which is taken now. */
    Instant stamp() {
        return stamp(now());
    }

    /** As {@link #stamp()}, where the real time is known already. */
    Instant stamp(Instant now) {
        latestMicros = Math.max(micros(now), latestMicros + 1);
        return instant(latestMicros);
    }

    /** Another worker's clock was further on: its rows must not seem to be newer than those to come. */
    void notBefore(Instant time) {
        latestMicros = Math.max(micros(time), latestMicros);
    }

    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
    }
}
