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
 * Thread-safe.
 */
final class SharedRate {
    static final int PARTS = 50;
    private static final double NEWEST = 0.2;

    private final Permits permits;
    private final Permits.Key key;
    private final LongSupplier ticker;
    private final ReentrantLock lock = new ReentrantLock();
    private long left;
    private long validUntil;
    private long usedOfGrant;
    private Instant grantedAt = Instant.EPOCH;
    private long more;
    private long less;
    private Instant lessAt = Instant.MAX;
    private double usual = 1;
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
            return use(most, per, Math.clamp(Math.round(usual), 1, most));
        } finally {
            lock.unlock();
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
        Grant grant = permits.use(key, most, per, amount, amount + ahead, correction());
        more = 0;
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

    private void giveBack(long amount, Instant at) {
        if (amount > 0) {
            less += amount;
            lessAt = at.isBefore(lessAt) ? at : lessAt;
        }
    }

    /** What is given back is told once, whatever becomes of it; what was used besides, until it is known to be noted. */
    private Correction correction() {
        Correction correction = new Correction(more, less, lessAt);
        less = 0;
        lessAt = Instant.MAX;
        return correction;
    }

    /** A call used so much. */
    void used(Use use, long really) {
        lock.lock();
        try {
            usual += (really - usual) * NEWEST;
            correct(use, really);
        } finally {
            lock.unlock();
        }
    }

    /** A call failed, of which nobody knows what it used. */
    void failed(Use use) {
        lock.lock();
        try {
            correct(use, 0);
        } finally {
            lock.unlock();
        }
    }

    private void correct(Use use, long really) {
        more += Math.max(0, really - use.amount());
        giveBack(use.amount() - really, use.at());
    }

    /** Tells what calls used otherwise than was thought, where that has not been told. */
    void tidy(long most, Duration per) throws SQLException {
        lock.lock();
        try {
            if (more > 0 || less > 0) {
                Grant _ = permits.use(key, most, per, 0, 0, correction());
                more = 0;
            }
        } finally {
            lock.unlock();
        }
    }
}
