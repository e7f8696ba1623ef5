package dev.postroad.runtime.background;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does something now and then, on a thread of its own, and goes on whatever a round ends with: a server that is away and
 * a defect are told of in few words, and the next round comes when it is time. Thread-safe.
 */
public final class Rounds implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);
    private static final Duration LONGEST_END = Duration.ofSeconds(2);

    private final Repeats repeats;
    private final InstantSource clock;
    private final Bell bell;
    private final String what;
    private final long everyMillis;
    private final int rests;
    private final Round round;
    private final Thread thread;
    private volatile boolean closed;

    /** What is done each time. Called by one thread. */
    public interface Round {
        /**
         * Does it.
         *
         * @throws SQLException where Postgres is away
         * @throws InterruptedException where the rounds end
         */
        void run() throws SQLException, InterruptedException;
    }

    /**
     * @param name names the thread
     * @param what is looked for, in messages
     * @param everyMillis how long is waited between two rounds
     */
    public Rounds(String name, String what, long everyMillis, InstantSource clock, Round round) {
        this(new Bell(), name, what, everyMillis, clock, round);
    }

    /** @param bell has the next round begin at once, and not only when it is time */
    public Rounds(Bell bell, String name, String what, long everyMillis, InstantSource clock, Round round) {
        this(bell, 0, name, what, everyMillis, clock, round);
    }

    /**
     * As above, for a bell that may be rung all the time.
     *
     * @param rests after a round comes a rest of so many times what it took, so that whatever comes meanwhile shares the
     *     next one; no longer than to when it would be time
     */
    public Rounds(Bell bell, int rests, String name, String what, long everyMillis, InstantSource clock, Round round) {
        this.bell = bell;
        this.rests = rests;
        this.clock = clock;
        this.repeats = new Repeats(LOG, clock);
        this.what = what;
        this.everyMillis = everyMillis;
        this.round = round;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::loop);
    }

    /** Starts: the first round comes when it is time, or called for. */
    public void start() {
        thread.start();
    }

    /** Has the next round begin at once, and not only when it is time. Does not block. */
    public void call() {
        bell.ring();
    }

    private void loop() {
        try {
            while (!closed) {
                boolean _ = bell.await(Duration.ofMillis(everyMillis));
                Instant begun = clock.instant();
                long pause = isDone()
                        ? rests * Duration.between(begun, clock.instant()).toMillis()
                        : everyMillis;
                TimeUnit.MILLISECONDS.sleep(Math.clamp(pause, 0, everyMillis));
            }
        } catch (InterruptedException stop) {
            LOG.debug("{}: no more rounds", Thread.currentThread().getName());
        }
    }

    /** False after a failure, so that whoever calls all the time does not make a storm of it. */
    private boolean isDone() throws InterruptedException {
        try {
            round.run();
            return true;
        } catch (SQLException | JdbiException away) {
            tell(() -> repeats.warn("cannot look for " + what, away));
        } catch (RuntimeException | VirtualMachineError defect) {
            Memory.passOnIfShort(defect);
            tell(() -> repeats.error("looking for " + what + " broke; it goes on", defect));
        }
        return false;
    }

    /** An end cuts a round off, and that is no trouble. */
    private void tell(Runnable trouble) {
        if (!closed) {
            trouble.run();
        }
    }

    /** Ends the round that is under way, and comes to no other; waits for it, for 2 s at most. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(LONGEST_END);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
