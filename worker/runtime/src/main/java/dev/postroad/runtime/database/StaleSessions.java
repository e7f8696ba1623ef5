package dev.postroad.runtime.database;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Has all sessions of a pool made anew where one of them turns out to be what no session is any more. One that began
 * while the database was read-only stays so when it can be written again, and so do those beside it. Those in use are
 * ended when they are given back, so that whoever met the error can still roll back. Not more often than every second.
 * Thread-safe.
 */
final class StaleSessions implements SQLExceptionOverride {
    private static final Duration BETWEEN = Duration.ofSeconds(1);

    /** The session is read-only, or holds a plan that is out of date. */
    private static final Set<String> STATES = Set.of("25006", "0A000");

    private final InstantSource clock;
    private final AtomicReference<Instant> renewed = new AtomicReference<>(Instant.MIN);
    private volatile @Nullable HikariDataSource pool;

    StaleSessions(InstantSource clock) {
        this.clock = clock;
    }

    /** The pool that it is of, once that is there. */
    void watch(HikariDataSource watched) {
        pool = watched;
    }

    @java.lang.Override
    public Override adjudicate(SQLException failed) {
        if (failed.getSQLState() != null && STATES.contains(failed.getSQLState())) {
            renewAll();
        }
        return Override.CONTINUE_EVICT;
    }

    private void renewAll() {
        HikariDataSource all = pool;
        Instant now = clock.instant();
        Instant before = renewed.get();
        if (all != null && before.isBefore(now.minus(BETWEEN)) && renewed.compareAndSet(before, now)) {
            all.getHikariPoolMXBean().softEvictConnections();
        }
    }
}
