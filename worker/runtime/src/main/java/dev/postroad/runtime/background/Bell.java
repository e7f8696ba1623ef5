package dev.postroad.runtime.background;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes whoever waits for it, or will; rung often before that, it counts once. Thread-safe. */
public final class Bell {
    private final Semaphore rung = new Semaphore(0);

    /** Wakes. Does not block. */
    public void ring() {
        if (rung.availablePermits() == 0) {
            rung.release();
        }
    }

    /**
     * Waits for it, or for some time.
     *
     * @throws InterruptedException where the wait is interrupted
     */
    void await(long millis) throws InterruptedException {
        if (rung.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
            rung.drainPermits();
        }
    }
}
