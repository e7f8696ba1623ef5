package dev.postroad.runtime.limit;

import dev.postroad.runtime.limit.Permits.Places;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The places that this worker has of a limit on calls under way. What it has, it hands on from call to call without asking
 * anybody; only where none is free it asks for more, one call for all that wait.
 *
 * <p>It never uses a place that the others do not count as its own: before it asks, it keeps no more than is in use, so
 * whatever becomes of what it asked, even where no answer comes, its row says at least as many as are in use here. After
 * it was taken for dead, what it has is what it uses, until it has asked again.
 *
 * <p>Thread-safe.
 */
final class SharedPlaces {
    private static final int WAITERS_A_PLACE = 4;
    private static final long ASK_AGAIN_AFTER_NANOS = Duration.ofMillis(100).toNanos();
    private static final long WANTS_NANOS = Duration.ofSeconds(3).toNanos();

    /** What all places of a worker go by. */
    record Surroundings(Permits permits, IntSupplier losses, LongSupplier ticker, Duration shortWait) {}

    private final Permits.Key key;
    private final Surroundings on;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition free = lock.newCondition();
    private int most;
    private int inUse;
    private int held;
    private int seenLosses;
    private int waiters;
    private boolean asking;
    private boolean othersWant;
    private int share;
    private boolean wasUsed;
    private boolean isListed;
    private long askAgainAt;
    private long wantsUntil;

    SharedPlaces(Permits.Key key, Surroundings on) {
        this.key = key;
        this.on = on;
        this.seenLosses = on.losses().getAsInt();
        this.askAgainAt = on.ticker().getAsLong();
        this.wantsUntil = askAgainAt;
    }

    /** Takes a place, now or after a short wait; false where there is none. */
    boolean take(int newMost) throws SQLException, InterruptedException {
        long left = on.shortWait().toNanos();
        lock.lockInterruptibly();
        try {
            most = newMost;
            if (waiters >= (long) most * WAITERS_A_PLACE) {
                return takeHeld();
            }
            waiters++;
            try {
                while (!takeHeld() && !mayAskAndTake()) {
                    if (left <= 0) {
                        return false;
                    }
                    long pause = Math.min(left, ASK_AGAIN_AFTER_NANOS);
                    left -= pause - Math.max(0, free.awaitNanos(pause));
                }
                return true;
            } finally {
                waiters--;
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean takeHeld() {
        forgetWhatWasLost();
        boolean mayUse = !othersWant || inUse < share;
        return !asking && mayUse && takeOne();
    }

    private boolean takeOne() {
        if (inUse >= Math.min(held, most)) {
            return false;
        }
        inUse++;
        wasUsed = true;
        return true;
    }

    private void forgetWhatWasLost() {
        int now = on.losses().getAsInt();
        if (now != seenLosses) {
            seenLosses = now;
            held = inUse;
        }
    }

    private boolean mayAskAndTake() throws SQLException {
        long now = on.ticker().getAsLong();
        if (asking || inUse >= most || askAgainAt - now > 0) {
            return false;
        }
        int wanted = waiters;
        ask(wanted);
        if (held - inUse < wanted) {
            askAgainAt = now + ASK_AGAIN_AFTER_NANOS;
            wantsUntil = now + WANTS_NANOS;
        }
        return takeOne();
    }

    /** Asks for so many more, without the lock. */
    private void ask(int more) throws SQLException {
        asking = true;
        isListed = true;
        held = inUse;
        int used = inUse;
        int before = seenLosses;
        Places places = null;
        lock.unlock();
        try {
            places = on.permits().places(key, most, used, more);
        } finally {
            lock.lock();
            asking = false;
            learn(places, before, more);
            free.signalAll();
        }
    }

    private void learn(@Nullable Places places, int before, int more) {
        if (places == null || on.losses().getAsInt() != before) {
            return;
        }
        held = places.held();
        othersWant = places.othersWant();
        share = places.share();
        isListed = held > 0 || more > 0;
    }

    /** Gives a place back, to the next call of this worker. */
    void give() {
        lock.lock();
        try {
            inUse--;
            free.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives up what this worker does not need, and what others are to have.
     *
     * @param wantedByOthers whether another worker wants some
     */
    void tidy(boolean wantedByOthers) throws SQLException {
        lock.lock();
        try {
            forgetWhatWasLost();
            boolean isIdle =
                    !wasUsed && waiters == 0 && wantsUntil - on.ticker().getAsLong() <= 0;
            wasUsed = false;
            if (!asking && isListed && (wantedByOthers || othersWant || isIdle)) {
                giveUpWhatIsFree(wantedByOthers);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Those who wait elsewhere look ten times a second; until they have, no call of this worker takes it anew. */
    private void giveUpWhatIsFree(boolean wantedByOthers) throws SQLException {
        int before = held;
        ask(0);
        if (wantedByOthers && held < before) {
            askAgainAt = on.ticker().getAsLong() + 2 * ASK_AGAIN_AFTER_NANOS;
        }
    }

    /** Whether it has nothing, wants nothing, and nobody else knows of it. */
    boolean isUnused() {
        lock.lock();
        try {
            return held == 0 && inUse == 0 && waiters == 0 && !asking && !isListed;
        } finally {
            lock.unlock();
        }
    }
}
