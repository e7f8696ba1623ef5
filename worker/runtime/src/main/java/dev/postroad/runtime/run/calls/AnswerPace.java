package dev.postroad.runtime.run.calls;

import dev.postroad.engine.run.Dispatch;
import java.time.Duration;

/**
 * How soon remote agents answer of late, and so how long a run is worth its place in memory for them.
 *
 * <p>A run that rests and is answered at once costs two events and a way back from Postgres, and the place that it gave up
 * is another's meanwhile. Where it is this worker that is slow, as it has much to do, all runs would rest, which is more to
 * do, and more runs would begin, so that it would never catch up. So runs stay at hand for some times what answers took; not
 * for agents that take long, nor where none has answered yet. Thread-safe: of two that are told at once one may be lost.
 */
final class AnswerPace {
    private static final double WEIGHT = 0.02;
    private static final int TIMES = 2;
    private static final double SLOW_MILLIS = 5_000;
    private static final long MOST_MILLIS =
            Dispatch.LONGEST_AT_HAND.minus(Dispatch.REST_AFTER).toMillis();

    private volatile double mean = SLOW_MILLIS;

    /** @param millis from when an attempt was sent until its answer, or its end without one; 0 where that is not known */
    void took(long millis) {
        double known = mean;
        mean = known + WEIGHT * (Math.min((double) millis, 2 * SLOW_MILLIS) - known);
    }

    /** How much longer than otherwise a run is kept at hand. */
    Duration patience() {
        double known = mean;
        return known >= SLOW_MILLIS ? Duration.ZERO : Duration.ofMillis(Math.min(MOST_MILLIS, (long) (TIMES * known)));
    }
}
