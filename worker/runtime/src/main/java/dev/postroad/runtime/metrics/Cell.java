package dev.postroad.runtime.metrics;

import dev.postroad.contracts.agent.Usage;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How the calls of one agent for one graph went within one minute.
 *
 * <p>Threads that meet do not wait for each other but add to another stripe; stripes are joined when the row is written.
 * Once a cell is sealed it takes no more, so that what is written of it after that is all there will be.
 *
 * <p>{@link #add} is thread-safe; the rest is confined to the writer's thread.
 */
final class Cell {
    private static final int STRIPES = 4;

    private final CellKey key;
    private final Stripe[] stripes = new Stripe[STRIPES];
    private volatile boolean sealed;

    /** What an earlier process of the same name has written of this minute; null until it was looked for. */
    private @Nullable Tally earlier;

    private long callsWritten;

    private static final class Stripe extends ReentrantLock {
        private static final long serialVersionUID = 1L;

        /** Null until threads meet here, as most cells need but one. */
        private transient @Nullable Tally tally;
    }

    Cell(CellKey key) {
        this.key = key;
        Arrays.setAll(stripes, i -> new Stripe());
    }

    CellKey key() {
        return key;
    }

    /** Adds a call; false where the cell takes no more. */
    boolean add(CallOutcome outcome, long millis, Usage usage) {
        Stripe stripe = locked();
        try {
            if (sealed) {
                return false;
            }
            Tally tally = stripe.tally;
            if (tally == null) {
                tally = new Tally();
                stripe.tally = tally;
            }
            tally.add(outcome, millis, usage);
            return true;
        } finally {
            stripe.unlock();
        }
    }

    private Stripe locked() {
        for (Stripe stripe : stripes) {
            if (stripe.tryLock()) {
                return stripe;
            }
        }
        Stripe last = stripes[STRIPES - 1];
        last.lock();
        return last;
    }

    void seal() {
        sealed = true;
    }

    boolean isSealed() {
        return sealed;
    }

    boolean isNew() {
        return earlier == null;
    }

    /** Goes on from a row that is there already. */
    void goOnFrom(Tally written) {
        earlier = written;
    }

    /** Everything so far, as it is to be written. */
    Tally sum() {
        Tally sum = new Tally();
        if (earlier != null) {
            sum.add(earlier);
        }
        for (Stripe stripe : stripes) {
            stripe.lock();
            try {
                if (stripe.tally != null) {
                    sum.add(stripe.tally);
                }
            } finally {
                stripe.unlock();
            }
        }
        return sum;
    }

    /** Whether there are calls that are not in Postgres. */
    boolean hasMore() {
        long calls = earlier == null ? 0 : earlier.calls();
        for (Stripe stripe : stripes) {
            stripe.lock();
            try {
                calls += stripe.tally == null ? 0 : stripe.tally.calls();
            } finally {
                stripe.unlock();
            }
        }
        return calls > callsWritten;
    }

    /** So many calls are in Postgres. */
    void written(long calls) {
        callsWritten = calls;
    }
}
