package dev.postroad.runtime.lease;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Until when this worker may begin calls. Others take its shards no sooner than a lease after its last renewal was sent;
 * it stops a tenth of a lease before, without asking anybody. So a worker that was frozen, and wakes, begins nothing
 * before it has heard what is still its own. Thread-safe; asking costs a look at a clock that goes on evenly.
 */
public final class Lease {
    private static final int MARGIN = 10;

    private final LongSupplier ticker;
    private final long nanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition renewed = lock.newCondition();
    private volatile long until;
    private final AtomicInteger losses = new AtomicInteger();

    /** @param ticker nanoseconds that go on evenly, from any origin */
    public Lease(Duration length, LongSupplier ticker) {
        this.ticker = ticker;
        this.nanos = length.toNanos() - length.toNanos() / MARGIN;
        this.until = ticker.getAsLong() - 1;
    }

    /** Whether calls may begin. */
    public boolean isHeld() {
        return until - ticker.getAsLong() > 0;
    }

    /**
     * Waits until calls may begin.
     *
     * @throws InterruptedException where the call is not to begin any more
     */
    public void await() throws InterruptedException {
        if (isHeld()) {
            return;
        }
        lock.lockInterruptibly();
        try {
            while (!isHeld()) {
                // Of a renewal that was over when it was heard of, nobody is told.
                boolean _ = renewed.await(1, TimeUnit.SECONDS);
            }
        } finally {
            lock.unlock();
        }
    }

    /** How often others took this worker for dead; what it had with them is gone each time. */
    public int losses() {
        return losses.get();
    }

    /** Postgres took a renewal. */
    void renewed(long sentAt) {
        lock.lock();
        try {
            until = sentAt + nanos;
            renewed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** This worker was taken for dead. */
    void lost() {
        losses.incrementAndGet();
        until = ticker.getAsLong() - 1;
    }
}
