package dev.postroad.runtime.clock;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The time of Postgres, which all workers live by: what one worker says is due is due for every other, whatever their
 * machines' clocks show. It goes on by the machine's count of elapsed time, so that neither a step of the machine's
 * clock nor an hour without Postgres moves it; {@link ClockReader} sets it right now and then.
 *
 * <p>A reading is never exact: Postgres said its time somewhere between question and answer. The clock stays as it is
 * while a reading allows it to be right, and moves no further than to the nearest time that the reading allows. So it
 * does not tremble with the network.
 *
 * <p>Thread-safe; asking for the time costs no more than asking the machine.
 */
public final class SharedClock implements InstantSource {
    private final InstantSource machine;
    private final LongSupplier ticker;
    private final long origin;
    /** What has to be added to the elapsed time since {@link #origin} to have the time. */
    private volatile Instant base;

    private volatile boolean isSet;
    private volatile Duration skew = Duration.ZERO;

    /**
     * A clock that shows the machine's time until it is set.
     *
     * @param machine the machine's clock, which people may set
     * @param ticker nanoseconds that go on evenly, from any origin
     */
    public SharedClock(InstantSource machine, LongSupplier ticker) {
        this.machine = machine;
        this.ticker = ticker;
        this.origin = ticker.getAsLong();
        this.base = machine.instant();
    }

    @Override
    public Instant instant() {
        return base.plusNanos(elapsed());
    }

    /** Whether it has been set by Postgres at least once. */
    public boolean isSet() {
        return isSet;
    }

    /** How far the machine's clock was ahead of Postgres's when they were last compared; negative where it was behind. */
    public Duration skew() {
        return skew;
    }

    /** The nanoseconds since the clock was made, as a reading needs them. */
    long elapsed() {
        return ticker.getAsLong() - origin;
    }

    /**
     * Takes a reading of Postgres's clock.
     *
     * @param asked {@link #elapsed} when the question was sent
     * @param answered {@link #elapsed} when the answer was there
     * @param told the time that was told
     * @return by how much the clock was moved; zero for the first reading, which it is set by
     */
    Duration set(long asked, long answered, Instant told) {
        Instant latest = told.minusNanos(asked);
        Instant earliest = told.minusNanos(answered);
        Instant before = base;
        Instant next;
        if (!isSet) {
            next = earliest.plusNanos((answered - asked) / 2);
        } else if (before.isAfter(latest)) {
            next = latest;
        } else {
            next = before.isBefore(earliest) ? earliest : before;
        }
        base = next;
        Duration moved = isSet ? Duration.between(before, next) : Duration.ZERO;
        isSet = true;
        skew = Duration.between(instant(), machine.instant());
        return moved;
    }
}
