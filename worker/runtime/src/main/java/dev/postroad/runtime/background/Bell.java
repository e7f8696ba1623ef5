package dev.postroad.runtime.background;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes the one who waits for something new, or will, whoever brings it. Thread-safe. */
public final class Bell {
    private final Semaphore rung = new Semaphore(0);

    /** Wakes; rung often before somebody waits, it counts once. Does not block. */
    public void ring() {
        if (rung.availablePermits() == 0) {
            rung.release();
        }
    }

    /**
     * Waits until it is rung, also where that was before, or for some time; says whether it was.
     *
     * @throws InterruptedException where the wait is interrupted
     */
    public boolean await(Duration most) throws InterruptedException {
        return isHeard(rung.tryAcquire(most.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Whether it was rung since it was last heard. Does not block. */
    public boolean wasRung() {
        return isHeard(rung.tryAcquire());
    }

    private boolean isHeard(boolean was) {
        rung.drainPermits();
        return was;
    }
}
