package dev.postroad.runtime.database;

import dev.postroad.runtime.config.PostgresSettings;
import dev.postroad.runtime.database.Link.Session;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A look at what sessions do, by a connection made for it alone: those that a worker has may all have been forgotten by
 * the same firewall. Confined to one thread.
 */
final class SessionLook implements AutoCloseable {
    private static final int LIMIT_SECONDS = 3;

    private static final String OWN = """
        SELECT pid, extract(epoch FROM backend_start)::text FROM pg_stat_activity WHERE pid = pg_backend_pid()\
        """;

    /** A server that takes no writes is not the one that the others are with. */
    private static final String CAN_BE_WRITTEN = "SELECT NOT pg_is_in_recovery()";

    /**
     * Those of which an answer may come, or be on its way: they carry something out, and do not wait for the client in the
     * midst of it, or did so a moment ago; or they do not say what they do.
     */
    private static final String AT_WORK = """
        SELECT pid, extract(epoch FROM backend_start)::text FROM pg_stat_activity
        WHERE pid = ANY (?)
          AND (state IS NULL OR state = 'disabled' OR state_change > clock_timestamp() - interval '1 second'
               OR (state NOT LIKE 'idle%' AND wait_event_type IS DISTINCT FROM 'Client'))\
        """;

    private static final String END = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid = ? AND extract(epoch FROM backend_start)::text = ?\
        """;

    private final Connection connection;

    private SessionLook(Connection connection) {
        this.connection = connection;
    }

    /**
     * Begins one.
     *
     * @throws SQLException where Postgres does not answer it either
     */
    static SessionLook open(PostgresSettings postgres) throws SQLException {
        PGSimpleDataSource source = postgres.toDataSource().unwrap(PGSimpleDataSource.class);
        source.setConnectTimeout(LIMIT_SECONDS);
        source.setLoginTimeout(LIMIT_SECONDS);
        source.setSocketTimeout(LIMIT_SECONDS);
        source.setApplicationName("postroad look");
        return new SessionLook(source.getConnection());
    }

    /** The session of a connection; empty where a pooler stands before it, which gives it this one now and then another. */
    static Optional<Session> of(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(OWN)) {
            int told = connection.unwrap(PGConnection.class).getBackendPID();
            return row.next() && row.getInt(1) == told
                    ? Optional.of(new Session(told, row.getString(2)))
                    : Optional.empty();
        }
    }

    /** Whether it is at a server that can be written, which is the only one of its kind. */
    boolean isAtPrimary() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(CAN_BE_WRITTEN)) {
            return row.next() && row.getBoolean(1);
        }
    }

    /** Those sessions among these of which an answer may come. */
    Set<Session> atWork(Collection<Session> sessions) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(AT_WORK)) {
            Array processes = connection.createArrayOf(
                    "int4", sessions.stream().map(Session::process).toArray(Integer[]::new));
            statement.setArray(1, processes);
            Set<Session> atWork = new HashSet<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    atWork.add(new Session(row.getInt(1), row.getString(2)));
                }
            }
            return atWork;
        }
    }

    /** Ends a session, so that what it holds is free, and what it was sent and has not read is never done. */
    void end(Session session) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(END)) {
            statement.setInt(1, session.process());
            statement.setString(2, session.begun());
            statement.execute();
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
