package dev.postroad.runtime.run;

import dev.postroad.runtime.background.Repeats;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at Postgres again and again, on a thread of its own, also while it is away. Thread-safe. */
final class Rounds implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

    private final Repeats repeats;
    private final Semaphore called = new Semaphore(0);
    private final String what;
    private final long everyMillis;
    private final Round round;
    private final Thread thread;
    private volatile boolean closed;

    /** What is done each time. */
    interface Round {
        void run() throws SQLException;
    }

    /**
     * @param name names the thread
     * @param what is looked for, in messages
     */
    Rounds(String name, String what, long everyMillis, InstantSource clock, Round round) {
        this.repeats = new Repeats(LOG, clock);
        this.what = what;
        this.everyMillis = everyMillis;
        this.round = round;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::loop);
    }

    void start() {
        thread.start();
    }

    /** Looks at once, and not only when it is time again. */
    void call() {
        if (called.availablePermits() == 0) {
            called.release();
        }
    }

    private void loop() {
        while (!closed) {
            try {
                if (called.tryAcquire(everyMillis, TimeUnit.MILLISECONDS)) {
                    called.drainPermits();
                }
                round.run();
            } catch (InterruptedException stop) {
                return;
            } catch (SQLException | JdbiException away) {
                repeats.warn("cannot look for " + what, away);
                pause();
            } catch (RuntimeException defect) {
                repeats.error("looking for " + what + " broke; it goes on", defect);
                pause();
            }
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(everyMillis);
        } catch (InterruptedException stop) {
            closed = true;
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
