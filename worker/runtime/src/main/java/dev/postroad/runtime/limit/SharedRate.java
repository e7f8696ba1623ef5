package dev.postroad.runtime.limit;

import dev.postroad.runtime.limit.Permits.Correction;
import dev.postroad.runtime.limit.Permits.Grant;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * What this worker may use of a rate at present. It asks for a little more than the call at hand needs, as much as it used
 * last, and uses that for a fiftieth of the period: those who grant count by a period that is longer by as much, so what
 * is used late is within the limit too. What a call uses more or less than was thought is told with the next request.
 *
 * <p>Thread-safe. Those who begin calls wait for each other while one asks; those who end them, lanes among them, note what
 * was used under a lock that nobody holds while he asks.
 */
final class SharedRate {
    static final int PARTS = 50;
    private static final double NEWEST = 0.2;

    private final Permits permits;
    private final Permits.Key key;
    private final LongSupplier ticker;
    private final ReentrantLock lock = new ReentrantLock();
    /** Guards what is noted when calls end: the four below it. */
    private final Object noting = new Object();

    private long more;
    private long less;
    private Instant lessAt = Instant.MAX;
    private double usual = 1;
    private long left;
    private long validUntil;
    private long usedOfGrant;
    private Instant grantedAt = Instant.EPOCH;
    private long fullUntil;
    private long fullFor = Long.MAX_VALUE;

    /**
     * What was used for a call before it was made.
     *
     * @param amount how much it was thought to use; 0 where it may not begin yet
     * @param at when that was granted
     * @param pause how long until it may begin
     */
    record Use(long amount, Instant at, Duration pause) {}

    /** @param ticker nanoseconds that go on evenly */
    SharedRate(Permits permits, Permits.Key key, LongSupplier ticker) {
        this.permits = permits;
        this.key = key;
        this.ticker = ticker;
        this.validUntil = ticker.getAsLong();
        this.fullUntil = validUntil;
    }

    /** Uses one. */
    Use useOne(long most, Duration per) throws SQLException, InterruptedException {
        lock.lockInterruptibly();
        try {
            return use(most, per, 1);
        } finally {
            lock.unlock();
        }
    }

    /** Uses what calls used lately, each. */
    Use useUsual(long most, Duration per) throws SQLException, InterruptedException {
        lock.lockInterruptibly();
        try {
            return use(most, per, usual(most));
        } finally {
            lock.unlock();
        }
    }

    private long usual(long most) {
        synchronized (noting) {
            return Math.clamp(Math.round(usual), 1, most);
        }
    }

    private Use use(long most, Duration per, long amount) throws SQLException {
        long now = ticker.getAsLong();
        if (validUntil - now > 0 && left >= amount) {
            left -= amount;
            usedOfGrant += amount;
            return new Use(amount, grantedAt, Duration.ZERO);
        }
        if (fullUntil - now > 0 && amount >= fullFor) {
            return new Use(0, Instant.EPOCH, Duration.ofNanos(fullUntil - now));
        }
        return ask(most, per, amount, now);
    }

    /** Whoever comes meanwhile waits for the lock, and finds what was granted. */
    private Use ask(long most, Duration per, long amount, long now) throws SQLException {
        long ahead = Math.min(usedOfGrant, most / PARTS);
        giveBack(left, grantedAt);
        left = 0;
        usedOfGrant = 0;
        Grant grant = asked(most, per, amount, amount + ahead);
        if (grant.granted() == 0) {
            Duration pause = grant.pause().isPositive() ? grant.pause() : Duration.ofMillis(1);
            fullUntil = now + pause.toNanos();
            fullFor = amount;
            return new Use(0, Instant.EPOCH, pause);
        }
        grantedAt = grant.at();
        validUntil = now + per.dividedBy(PARTS).toNanos();
        left = grant.granted() - amount;
        usedOfGrant = amount;
        return new Use(amount, grantedAt, Duration.ZERO);
    }

    private Grant asked(long most, Duration per, long least, long wanted) throws SQLException {
        Correction correction = correction();
        Grant grant = permits.use(key, most, per, least, wanted, correction);
        synchronized (noting) {
            more -= correction.more();
        }
        return grant;
    }

    private void giveBack(long amount, Instant at) {
        if (amount > 0) {
            synchronized (noting) {
                less += amount;
                lessAt = at.isBefore(lessAt) ? at : lessAt;
            }
        }
    }

    /** What is given back is told once, whatever becomes of it; what was used besides, until it is known to be noted. */
    private Correction correction() {
        synchronized (noting) {
            Correction correction = new Correction(more, less, lessAt);
            less = 0;
            lessAt = Instant.MAX;
            return correction;
        }
    }

    /** A call used so much. */
    void used(Use use, long really) {
        synchronized (noting) {
            usual += (really - usual) * NEWEST;
        }
        correct(use, really);
    }

    /** A call failed, of which nobody knows what it used. */
    void failed(Use use) {
        correct(use, 0);
    }

    private void correct(Use use, long really) {
        synchronized (noting) {
            more += Math.max(0, really - use.amount());
        }
        giveBack(use.amount() - really, use.at());
    }

    /** Tells what calls used otherwise than was thought, where that has not been told. */
    void tidy(long most, Duration per) throws SQLException {
        lock.lock();
        try {
            if (hasNews()) {
                Grant _ = asked(most, per, 0, 0);
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean hasNews() {
        synchronized (noting) {
            return more > 0 || less > 0;
        }
    }
}
