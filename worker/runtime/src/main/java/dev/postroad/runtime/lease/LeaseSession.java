package dev.postroad.runtime.lease;

import dev.postroad.runtime.config.PostgresSettings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A session of this worker's own, which holds its lock as long as the process lives; behind a pooler without a way past it
 * a connection without any. Confined to one thread.
 */
final class LeaseSession implements AutoCloseable {
    /** Told to all workers: a shard was given back, or is wanted. */
    static final String CHANNEL = "postroad_shards";

    private static final int SHORTEST_LIMIT_SECONDS = 2;
    private static final String FRESH =
            "SELECT pg_postmaster_start_time() > clock_timestamp() - make_interval(secs => ?)";
    private static final String TRY_LOCK = "SELECT pg_try_advisory_lock(?)";

    private final Connection connection;
    private final boolean ownsSession;
    private final long id;
    private boolean locked;

    private LeaseSession(Connection connection, boolean ownsSession, long id) {
        this.connection = connection;
        this.ownsSession = ownsSession;
        this.id = id;
    }

    /** Opens one, and tries to take the lock. */
    static LeaseSession open(PostgresSettings postgres, Self self, @Nullable Integer former) throws SQLException {
        Optional<PostgresSettings> own = postgres.ofSession();
        PGSimpleDataSource source = own.orElse(postgres).toDataSource().unwrap(PGSimpleDataSource.class);
        int limit = (int) Math.max(SHORTEST_LIMIT_SECONDS, self.lease().toSeconds());
        source.setConnectTimeout(limit);
        source.setLoginTimeout(limit);
        source.setSocketTimeout(limit);
        source.setTcpKeepAlive(true);
        source.setApplicationName("postroad " + self.name() + " lease");
        if (own.isPresent()) {
            // Whoever died of a crash of Postgres is found again: nothing here is worth waiting for the disk.
            String given = source.getOptions();
            source.setOptions((given == null ? "" : given + " ") + "-c synchronous_commit=off");
        }
        LeaseSession session = new LeaseSession(source.getConnection(), own.isPresent(), self.id());
        try {
            session.begin(former);
            return session;
        } catch (SQLException failed) {
            session.close();
            throw failed;
        }
    }

    private void begin(@Nullable Integer former) throws SQLException {
        if (!ownsSession) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("LISTEN " + CHANNEL);
        }
        locked = tryLock();
        if (!locked && former != null) {
            // The session before was cut off, and Postgres has not noticed yet.
            end(former);
        }
    }

    private void end(int process) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_terminate_backend(?)")) {
            statement.setInt(1, process);
            statement.execute();
        }
    }

    private boolean tryLock() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TRY_LOCK)) {
            statement.setLong(1, id);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** Takes the lock where it could not be had before; whether it has it now, and had it not. */
    boolean locksNow() throws SQLException {
        if (!ownsSession || locked) {
            return false;
        }
        locked = tryLock();
        return locked;
    }

    boolean isLocked() {
        return locked;
    }

    /** Whether there is a session in which a lock can be kept. */
    boolean ownsSession() {
        return ownsSession;
    }

    Connection connection() {
        return connection;
    }

    int process() throws SQLException {
        return connection.unwrap(PGConnection.class).getBackendPID();
    }

    /**
     * Waits until something is told to all workers, for so long at the most; only where the session is its own.
     *
     * @return whether something was told
     * @throws SQLException as soon as the session ends
     */
    boolean isTold(Duration atMost) throws SQLException {
        PGNotification[] told =
                connection.unwrap(PGConnection.class).getNotifications((int) Math.max(1, atMost.toMillis()));
        return told != null && told.length > 0;
    }

    /** Whether Postgres began to serve so lately that others may not have found it again yet. */
    boolean isServerFresh(Duration lease) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FRESH)) {
            statement.setDouble(1, lease.toMillis() / 1e3);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
