package dev.postroad.bench;

import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Does something so many times a second, however long each takes. */
final class Pace implements AutoCloseable {
    private final long everyNanos;
    private final IntConsumer step;
    private @Nullable Thread thread;
    private volatile boolean over;
    private volatile int done;

    /** @param step is told its number, from 0 */
    Pace(int perSecond, IntConsumer step) {
        this.everyNanos = 1_000_000_000L / perSecond;
        this.step = step;
    }

    /** Does it on a thread of its own until this is closed. */
    void start() {
        thread = Thread.ofPlatform().name("pace").start(() -> run(Integer.MAX_VALUE));
    }

    /** Does it some times. */
    void run(int times) {
        long begun = System.nanoTime();
        for (int i = 0; i < times && !over; i++) {
            long early = begun + i * everyNanos - System.nanoTime();
            if (early > 0) {
                LockSupport.parkNanos(early);
            }
            step.accept(i);
            done = i + 1;
        }
    }

    /** How many times it was done. */
    int done() {
        return done;
    }

    @Override
    public void close() {
        over = true;
        if (thread != null) {
            Ends.await(thread);
        }
    }
}
