package dev.postroad.runtime.background;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes in portions, on a thread of its own, what others gather; what is left at the end is written within a few
 * seconds, or lost. Thread-safe.
 */
public final class PeriodicWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeriodicWriter.class);

    /** How long a stop waits for what is left; it is not worth more. */
    private static final Duration LONGEST_END = Duration.ofSeconds(5);

    private final String what;
    private final long everyMillis;
    private final Portion portion;
    private final Portion rest;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /** Writes what there is; it deals with its failures itself. */
    public interface Portion {
        /**
         * Writes it.
         *
         * @throws InterruptedException where the worker stops, and does not wait any longer
         */
        void write() throws InterruptedException;
    }

    /**
     * @param name names the thread
     * @param what is written, in messages
     * @param everyMillis how long is waited between two portions
     * @param rest what is left at the end
     */
    public PeriodicWriter(String name, String what, long everyMillis, Portion portion, Portion rest) {
        this.what = what;
        this.everyMillis = everyMillis;
        this.portion = portion;
        this.rest = rest;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::loop);
    }

    /** Starts to write. */
    public void start() {
        thread.start();
    }

    private void loop() {
        try {
            while (!closing.await(everyMillis, TimeUnit.MILLISECONDS)) {
                portion.write();
            }
            rest.write();
        } catch (InterruptedException tookTooLong) {
            LOG.warn("the last {} are lost, as Postgres does not take them in time", what);
        }
    }

    /** Writes what there is, and stops. */
    @Override
    public void close() {
        closing.countDown();
        try {
            if (thread.isAlive() && !thread.join(LONGEST_END)) {
                thread.interrupt();
            }
        } catch (InterruptedException interrupted) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
