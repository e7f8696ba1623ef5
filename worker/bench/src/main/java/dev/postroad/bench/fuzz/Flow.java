package dev.postroad.bench.fuzz;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets no more through than a rate and the records that are not accounted for yet allow. Who was held up makes up for little
 * of it, as a burst would be another rate. Confined to one thread.
 */
final class Flow {
    private static final int LOOK_EVERY = 8;
    private static final long BEAT_NANOS = 1_000_000;
    private static final long MADE_UP_NANOS = 50_000_000;

    private final FuzzSettings settings;
    private final Accounts accounts;
    private final long begun = System.nanoTime();
    private long heldUpNanos;

    Flow(FuzzSettings settings, Accounts accounts) {
        this.settings = settings;
        this.accounts = accounts;
    }

    /** Whether the time for throwing is over. */
    boolean isOver() {
        return System.nanoTime() - begun > settings.most().toNanos();
    }

    /** Waits until one more may be thrown; false where nothing has been accounted for in too long a time. */
    boolean await(long thrown) {
        long due = begun + heldUpNanos + thrown * TimeUnit.SECONDS.toNanos(1) / settings.perSecond();
        long early = due - System.nanoTime();
        if (early > BEAT_NANOS) {
            LockSupport.parkNanos(early);
        }
        heldUpNanos += Math.max(0, -early - MADE_UP_NANOS);
        return thrown % LOOK_EVERY != 0 || hasRoom();
    }

    private boolean hasRoom() {
        long least = accounts.open();
        long progressAt = System.nanoTime();
        while (accounts.open() > settings.open()) {
            if (accounts.open() < least) {
                least = accounts.open();
                progressAt = System.nanoTime();
            }
            if (System.nanoTime() - progressAt > settings.patience().toNanos()) {
                return false;
            }
            LockSupport.parkNanos(BEAT_NANOS);
        }
        return true;
    }
}
