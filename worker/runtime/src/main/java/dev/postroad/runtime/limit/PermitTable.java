package dev.postroad.runtime.limit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Limits over all workers, in Postgres: one worker at a time looks at a limit and its key, and changes what it has of it.
 * Thread-safe.
 */
final class PermitTable implements Permits {
    /** Whoever has the lock has it for a moment; all else has the limit of its session, as a timer for each costs more. */
    private static final int LOCK_LIMIT_SECONDS = 5;

    private static final String LOCK =
            "SELECT pg_advisory_xact_lock(hashtextextended('postroad.limit/' || ? || '/' || ?, 0)), clock_timestamp()";

    /** Those of workers that are dead went with their rows. */
    private static final String OTHERS = """
            SELECT coalesce(sum(places), 0), count(*) FILTER (WHERE wants_until > clock_timestamp()),
                   count(*) FILTER (WHERE places > 0 OR wants_until > clock_timestamp())
            FROM postroad.limit_places WHERE name = ? AND key = ? AND worker <> ?""";

    private static final String HOLD = """
            INSERT INTO postroad.limit_places (name, key, worker, places, wants_until)
            SELECT ?, ?, id, ?, CASE WHEN ? THEN clock_timestamp() + interval '3 s' ELSE '-infinity' END
            FROM postroad.workers WHERE id = ?
            ON CONFLICT (name, key, worker) DO UPDATE SET places = excluded.places, wants_until = excluded.wants_until""";
    private static final String WANTED = """
            SELECT DISTINCT name, key FROM postroad.limit_places
            WHERE wants_until > clock_timestamp() AND worker <> ? LIMIT 10000""";
    private static final String LEAVE = "DELETE FROM postroad.limit_places WHERE name = ? AND key = ? AND worker = ?";
    private static final String USED = "SELECT used FROM postroad.limits WHERE name = ? AND key = ?";
    private static final String USE = """
            INSERT INTO postroad.limits (name, key, used) VALUES (?, ?, ?)
            ON CONFLICT (name, key) DO UPDATE SET used = excluded.used, changed_at = now()""";

    private final DataSource database;
    private final long worker;

    PermitTable(DataSource database, long worker) {
        this.database = database;
        this.worker = worker;
    }

    private interface Work<T> {
        T on(Connection connection, Instant now) throws SQLException;
    }

    private <T> T locked(Key key, Work<T> work) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                Instant now;
                try (PreparedStatement lock = prepared(connection, LOCK, key.name(), key.key())) {
                    lock.setQueryTimeout(LOCK_LIMIT_SECONDS);
                    now = told(lock);
                }
                T done = work.on(connection, now);
                connection.commit();
                return done;
            } catch (SQLException | RuntimeException failed) {
                connection.rollback();
                throw failed;
            } finally {
                connection.setAutoCommit(true);
            }
        }
    }

    private static Instant told(PreparedStatement lock) throws SQLException {
        try (ResultSet row = lock.executeQuery()) {
            row.next();
            return row.getObject(2, OffsetDateTime.class).toInstant();
        }
    }

    private static PreparedStatement prepared(Connection connection, String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    @Override
    public Places places(Key key, int most, int inUse, int more) throws SQLException {
        return locked(key, (connection, now) -> {
            try (PreparedStatement others = prepared(connection, OTHERS, key.name(), key.key(), worker);
                    ResultSet row = others.executeQuery()) {
                row.next();
                Places places = divided(most, inUse, more, row.getLong(1), row.getInt(2), row.getInt(3));
                return hold(connection, key, places, places.held() - inUse < more) ? places : none(places, inUse);
            }
        });
    }

    /** Who is in nobody's list of workers has no place, for nobody would know that it is dead. */
    private static Places none(Places places, int inUse) {
        return new Places(inUse, places.othersWant(), places.share());
    }

    /** What a worker gets where others have so many places, and so many of them want more. */
    static Places divided(int most, int inUse, int more, long ofOthers, int wanting, int others) {
        long free = Math.max(0, most - ofOthers);
        int share = Math.max(1, most / (others + 1));
        long wanted = Math.min((long) inUse + more, free);
        long fair = wanting > 0 ? Math.min(wanted, share) : wanted;
        return new Places((int) Math.max(inUse, fair), wanting > 0, most / (others + 1));
    }

    @Override
    public Set<Key> wantedByOthers() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement wanted = prepared(connection, WANTED, worker);
                ResultSet rows = wanted.executeQuery()) {
            Set<Key> keys = new HashSet<>();
            while (rows.next()) {
                keys.add(new Key(rows.getString(1), rows.getString(2)));
            }
            return keys;
        }
    }

    private boolean hold(Connection connection, Key key, Places places, boolean wantsMore) throws SQLException {
        if (places.held() == 0 && !wantsMore) {
            try (PreparedStatement leave = prepared(connection, LEAVE, key.name(), key.key(), worker)) {
                leave.executeUpdate();
                return true;
            }
        }
        try (PreparedStatement hold =
                prepared(connection, HOLD, key.name(), key.key(), places.held(), wantsMore, worker)) {
            return hold.executeUpdate() > 0;
        }
    }

    @Override
    public Grant use(Key key, long most, Duration per, long least, long wanted, Correction correction)
            throws SQLException {
        return locked(key, (connection, now) -> {
            RateWindow window = window(used(connection, key), per);
            Grant grant = granted(window, most, least, wanted, correction, now);
            try (PreparedStatement use = prepared(connection, USE, key.name(), key.key(), window.toString())) {
                use.executeUpdate();
            }
            return grant;
        });
    }

    /** What is granted is used for a fiftieth of the period, so what counts is counted that much longer. */
    static RateWindow window(@Nullable String used, Duration per) {
        Duration longer = per.plus(per.dividedBy(SharedRate.PARTS));
        return used == null ? RateWindow.empty(longer) : RateWindow.of(longer, used);
    }

    /** Notes in a window what was used, and is granted now. */
    static Grant granted(RateWindow window, long most, long least, long wanted, Correction correction, Instant now) {
        if (correction.less() > 0) {
            window.use(correction.lessAt(), -correction.less());
        }
        if (correction.more() > 0) {
            window.use(now, correction.more());
        }
        long free = most - window.used(now);
        if (least == 0 || free < least) {
            Instant at = window.freeAt(now, most - least);
            return new Grant(0, now, Duration.between(now, at));
        }
        long granted = Math.min(wanted, free);
        window.use(now, granted);
        return new Grant(granted, now, Duration.ZERO);
    }

    private static @Nullable String used(Connection connection, Key key) throws SQLException {
        try (PreparedStatement used = prepared(connection, USED, key.name(), key.key());
                ResultSet row = used.executeQuery()) {
            return row.next() ? Objects.requireNonNull(row.getString(1)) : null;
        }
    }
}
