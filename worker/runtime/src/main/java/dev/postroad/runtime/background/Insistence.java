package dev.postroad.runtime.background;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Does what must be done sooner or later: tries it again and again, after pauses that grow to 10 s, until it is done or
 * the worker stops. Each such piece of work is on a virtual thread of its own, so whoever asks for them bounds how many
 * there are; only so many are tried at once, in their order, so that they do not take all connections from others.
 * Thread-safe.
 */
public final class Insistence implements AutoCloseable {
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;

    private final String name;
    private final Semaphore atOnce;
    private final CountDownLatch closing = new CountDownLatch(1);

    /** That of the worker, which is told of what its threads end with. */
    private final Thread.UncaughtExceptionHandler owner = Thread.currentThread().getThreadGroup();

    /**
     * @param name names the threads
     * @param atOnce at most so many are tried at the same time
     */
    public Insistence(String name, int atOnce) {
        this.name = name;
        this.atOnce = new Semaphore(atOnce, true);
    }

    /** Something to be done; may block. */
    public interface Work {
        /**
         * Tries it.
         *
         * @param tries how often it was tried before
         * @return whether nothing is left to do; what fails and is worth another try is told of by it, and gives false
         * @throws InterruptedException where the worker stops
         */
        boolean isDone(int tries) throws InterruptedException;
    }

    /** Does it, at once and on another thread. */
    public void untilDone(Work work) {
        Thread.ofVirtual().name(name).uncaughtExceptionHandler(owner).start(() -> {
            try {
                insist(work);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void insist(Work work) throws InterruptedException {
        long pauseMillis = FIRST_PAUSE_MILLIS;
        for (int tries = 0; closing.getCount() > 0 && !isDone(work, tries); tries++) {
            if (closing.await(pauseMillis, TimeUnit.MILLISECONDS)) {
                return;
            }
            pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        }
    }

    private boolean isDone(Work work, int tries) throws InterruptedException {
        atOnce.acquire();
        try {
            return closing.getCount() == 0 || work.isDone(tries);
        } finally {
            atOnce.release();
        }
    }

    /** Gives up what is not done; it is to be begun anew by whoever reads the records that it is about. */
    @Override
    public void close() {
        closing.countDown();
    }
}
