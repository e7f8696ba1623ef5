package dev.postroad.bench.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** How it is about a network. Thread-safe. */
final class Weather {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private State state = State.FINE;
    private Duration delay = Duration.ZERO;

    /** What becomes of what is sent. */
    enum State {
        /** It arrives, after the delay. */
        FINE,
        /** It waits until it is fine again. */
        STILL,
        /** Nothing gets through, and whoever tries is told so at once. */
        CUT,
        /** There is no network any more. */
        OVER
    }

    void become(State next, Duration later) {
        lock.lock();
        try {
            state = next;
            delay = later;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until something that is sent now arrives.
     *
     * @throws IOException where it never will
     */
    void pass() throws IOException, InterruptedException {
        Duration later;
        lock.lockInterruptibly();
        try {
            while (state == State.STILL) {
                changed.await();
            }
            if (state != State.FINE) {
                throw new IOException("the link is cut");
            }
            later = delay;
        } finally {
            lock.unlock();
        }
        TimeUnit.NANOSECONDS.sleep(later.toNanos());
    }
}
