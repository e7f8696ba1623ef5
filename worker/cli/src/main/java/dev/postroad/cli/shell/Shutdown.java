package dev.postroad.cli.shell;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is left to do when the process is told to end, whether by a signal or because the command is through: the last
 * that was begun is undone first, and each thing once. Safe for use by many threads.
 */
public final class Shutdown {
    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

    private final Deque<Runnable> duties = new ArrayDeque<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private volatile boolean signalled;

    /** One that signals reach too. */
    public static Shutdown onSignals() {
        var shutdown = new Shutdown();
        Runtime.getRuntime().addShutdownHook(new Thread(shutdown::signal, "postroad-shutdown"));
        return shutdown;
    }

    /** Adds a duty, to be done before those that were added earlier. */
    public synchronized void add(Runnable duty) {
        duties.push(duty);
    }

    /** Adds a duty, to be done after all that are there. */
    public synchronized void addLast(Runnable duty) {
        duties.addLast(duty);
    }

    /** Whether the process is about to end, so that failures are a matter of course. */
    public boolean hasBegun() {
        return begun.getCount() == 0;
    }

    /** Whether somebody told the process to end, and waits for it. */
    public boolean isSignalled() {
        return signalled;
    }

    /** Waits for the signal to end. */
    public void await() throws InterruptedException {
        begun.await();
    }

    /** Waits for the signal to end, at most so long; whether it came. */
    public boolean await(Duration limit) throws InterruptedException {
        return begun.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void signal() {
        signalled = true;
        run();
    }

    /** Does what is left; waits where another thread is at it. */
    public void run() {
        begun.countDown();
        doDuties();
    }

    private synchronized void doDuties() {
        while (!duties.isEmpty()) {
            try {
                duties.pop().run();
            } catch (RuntimeException failed) {
                // The other duties must be done all the same, and nobody is left who could do anything about this one.
                LOG.warn("something did not stop well", failed);
            }
        }
    }
}
