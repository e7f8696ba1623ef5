package dev.postroad.runtime.database;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Takes connections out of a pool whose sessions are of no use any more. A session that began while the database was
 * read-only stays so when the database can be written again, and so do those beside it: all of them are made anew, but
 * not more often than every second. Thread-safe.
 */
final class UselessConnections implements SQLExceptionOverride {
    private static final Duration BETWEEN = Duration.ofSeconds(1);

    private final InstantSource clock;
    private final AtomicReference<Instant> renewed = new AtomicReference<>(Instant.MIN);
    private volatile @Nullable HikariDataSource pool;

    UselessConnections(InstantSource clock) {
        this.clock = clock;
    }

    /** The pool that it is of, once that is there. */
    void watch(HikariDataSource watched) {
        pool = watched;
    }

    @java.lang.Override
    public Override adjudicate(SQLException failed) {
        if ("25006".equals(failed.getSQLState())) {
            renewAll();
            return Override.MUST_EVICT;
        }
        return switch (SqlVerdict.of(failed)) {
            // A statement of which the plan is out of date is prepared anew by a new session alone.
            case PASSING, SITE -> Override.MUST_EVICT;
            case DOUBTFUL -> "0A000".equals(failed.getSQLState()) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
            case REFUSED -> Override.DO_NOT_EVICT;
        };
    }

    private void renewAll() {
        HikariDataSource all = pool;
        Instant now = clock.instant();
        Instant before = renewed.get();
        if (all != null && now.isAfter(before.plus(BETWEEN)) && renewed.compareAndSet(before, now)) {
            all.getHikariPoolMXBean().softEvictConnections();
        }
    }
}
