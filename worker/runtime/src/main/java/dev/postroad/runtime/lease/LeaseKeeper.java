package dev.postroad.runtime.lease;

import dev.postroad.runtime.background.Bell;
import dev.postroad.runtime.background.Repeats;
import dev.postroad.runtime.config.PostgresSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the sign that this worker lives, and looks at the signs of the others, four times a second, on one thread:
 *
 * <pre>
 *   connect, lock ──► enter the table ──► renew and look ──► bury the dead ──► look at the shards ──► hold the lease ──┐
 *        ▲                                     ▲                                                                       │
 *        └──── the session ended               └───────────────── wait, for a quarter of a second ◄────────────────────┘
 * </pre>
 *
 * <p>The lease is held anew only once what others took meanwhile has been given up here. A worker whose row was removed,
 * as others took it for dead, enters again. Thread-safe; owns one thread.
 */
public final class LeaseKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);
    private static final Duration LOOK_AGAIN_AFTER = Duration.ofMillis(50);
    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;
    private static final Duration LONGEST_END = Duration.ofSeconds(5);

    private final PostgresSettings postgres;
    private final Self self;
    private final Lease lease;
    private final Follower follower;
    private final BooleanSupplier fit;
    private final LongSupplier ticker;
    private final WorkerRows rows;
    private final Deaths deaths;
    private final Repeats repeats;
    private final Bell called;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final LongAdder buried = new LongAdder();
    private final Thread thread =
            Thread.ofPlatform().name("postroad-lease").daemon().unstarted(this::loop);
    private @Nullable Integer former;
    private volatile boolean leaving;
    private volatile boolean poolerHidesSessions;
    private volatile @Nullable String trouble;

    /**
     * What a worker has.
     *
     * @param shards those that it owns
     * @param wants those that it does not own, and is to have
     * @param lag how many triggers of its shards wait in Kafka, as far as is known
     * @param kafkaSilentSince when Kafka answered it last; null while it does
     */
    public record Holdings(
            Set<Integer> shards,
            Set<Integer> wants,
            long lag,
            @Nullable Instant kafkaSilentSince) {}

    /** Goes by who lives. Called by the keeper's thread. */
    public interface Follower {
        /** What this worker believes to have, for its row. */
        Holdings holdings();

        /** Somebody asked this worker to hand over and end; told again until it leaves. Must not block. */
        void drain();

        /** Others may have taken what this worker had, and what it is about to have. */
        void takenForDead();

        /**
         * Looks at what is whose; nothing that was found to be another's is done here after it.
         *
         * @param connection on which nothing is under way
         */
        void look(Connection connection) throws SQLException;
    }

    /**
     * @param called has it look soon, and not only when it is time
     * @param fit whether this worker can step runs; where it cannot, it gives no sign any more
     * @param ticker nanoseconds that go on evenly, from any origin
     */
    public LeaseKeeper(
            PostgresSettings postgres,
            Self self,
            Lease lease,
            Follower follower,
            Bell called,
            BooleanSupplier fit,
            LongSupplier ticker,
            InstantSource clock) {
        this.postgres = postgres;
        this.self = self;
        this.lease = lease;
        this.follower = follower;
        this.called = called;
        this.fit = fit;
        this.ticker = ticker;
        this.rows = new WorkerRows(self);
        this.deaths = new Deaths(self.lease());
        this.repeats = new Repeats(LOG, clock);
    }

    /** Begins. */
    public void start() {
        thread.start();
    }

    /** Has the others give this worker nothing more. */
    public void leave() {
        leaving = true;
        called.ring();
    }

    /** Whether a pooler hides sessions, so that deaths are found by the lease alone. */
    public boolean poolerHidesSessions() {
        return poolerHidesSessions;
    }

    /** Why the lease cannot be renewed at present; null where it can. */
    public @Nullable String trouble() {
        return trouble;
    }

    /** How many workers this one was the first to find dead. */
    public long buried() {
        return buried.sum();
    }

    private void loop() {
        long pauseMillis = FIRST_PAUSE_MILLIS;
        boolean first = true;
        while (isWanted()) {
            try (LeaseSession session = LeaseSession.open(postgres, self, former)) {
                poolerHidesSessions = !session.ownsSession();
                rows.enter(session.connection(), session.isLocked(), leaving);
                deaths.sessionBegan(ticker.getAsLong(), first && !session.isServerFresh(self.lease()));
                first = false;
                former = session.process();
                while (isWanted()) {
                    turn(session);
                    pauseMillis = FIRST_PAUSE_MILLIS;
                    rest(session);
                }
                rows.leave(session.connection());
            } catch (SQLException away) {
                trouble = String.valueOf(away.getMessage());
                repeats.warn("the sign that this worker lives cannot be given", away);
                pauseMillis = pause(pauseMillis);
            } catch (RuntimeException defect) {
                trouble = defect.toString();
                repeats.error("giving the sign that this worker lives broke; it goes on", defect);
                pauseMillis = pause(pauseMillis);
            }
        }
    }

    private boolean isWanted() {
        return closing.getCount() > 0 && fit.getAsBoolean();
    }

    private void turn(LeaseSession session) throws SQLException {
        if (session.locksNow()) {
            rows.enter(session.connection(), true, leaving);
        }
        long sentAt = ticker.getAsLong();
        WorkerRows.Look look = rows.renewAndLook(session.connection(), follower.holdings(), leaving);
        if (!look.renewed()) {
            LOG.warn("this worker was taken for dead, as it gave no sign for its lease; it takes part again");
            lease.lost();
            follower.takenForDead();
            sentAt = ticker.getAsLong();
            rows.enter(session.connection(), session.isLocked(), leaving);
        }
        if (look.drains() && !leaving) {
            follower.drain();
        }
        for (Death death : deaths.judge(look.others(), ticker.getAsLong())) {
            bury(session.connection(), death);
        }
        follower.look(session.connection());
        lease.renewed(sentAt);
        trouble = null;
    }

    private void bury(Connection connection, Death death) throws SQLException {
        if (rows.bury(connection, death)) {
            buried.increment();
            LOG.warn(
                    "worker {} on {} is dead: {}; its shards are taken over",
                    death.worker().name(),
                    death.worker().host(),
                    death.cause().words());
        }
    }

    private void rest(LeaseSession session) throws SQLException {
        long rested = ticker.getAsLong();
        Duration atMost = deaths.isSuspicious() ? LOOK_AGAIN_AFTER : LOOK_EVERY;
        // A call from within this process is heard at the next of these; one of another process at once.
        while (closing.getCount() > 0 && ticker.getAsLong() - rested < atMost.toNanos()) {
            if (called.wasRung()) {
                return;
            }
            if (!session.ownsSession()) {
                pause(LOOK_AGAIN_AFTER.toMillis());
            } else if (session.isTold(LOOK_AGAIN_AFTER)) {
                return;
            }
        }
    }

    private long pause(long millis) {
        try {
            boolean _ = closing.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            closing.countDown();
        }
        return Math.min(2 * millis, LONGEST_PAUSE_MILLIS);
    }

    /** Takes this worker's row out of the table, so that nobody waits for a sign of it. */
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(LONGEST_END);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
