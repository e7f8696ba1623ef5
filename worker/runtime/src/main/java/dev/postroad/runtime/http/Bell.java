package dev.postroad.runtime.http;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes the one who waits for something new, whoever brings it. Thread-safe. */
final class Bell {
    private final Semaphore rung = new Semaphore(0);

    void ring() {
        if (rung.availablePermits() == 0) {
            rung.release();
        }
    }

    /** Waits until it is rung, also where that was before; says whether it was. */
    boolean await(Duration most) throws InterruptedException {
        boolean was = rung.tryAcquire(most.toMillis(), TimeUnit.MILLISECONDS);
        rung.drainPermits();
        return was;
    }
}
