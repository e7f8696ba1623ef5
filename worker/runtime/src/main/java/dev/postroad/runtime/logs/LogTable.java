package dev.postroad.runtime.logs;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Writes lines to {@code agent_logs}. Workers do so one after the other, so that lines are numbered in the order of their
 * commits. A commit does not wait for the disk: what a crash of Postgres can lose are the lines of its last moments, and
 * no run. Thread-safe.
 */
final class LogTable {
    /** One round trip; a worker that is paused half-way holds up the others for five seconds at the most. */
    private static final String BEGIN = """
            SET LOCAL synchronous_commit = off;
            SET LOCAL lock_timeout = '10s';
            SET LOCAL idle_in_transaction_session_timeout = '5s';
            SELECT pg_advisory_xact_lock(hashtext('postroad.agent_logs'))""";

    private static final String INSERT = """
            INSERT INTO postroad.agent_logs (at, level, run_id, graph, node, task, attempt, agent, worker, message, fields)
            SELECT l.at, l.level, l.run_id, l.graph, l.node, l.task, l.attempt, l.agent, ?, l.message, l.fields::json
            FROM unnest(?::timestamptz[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::int[], ?::text[],
                        ?::text[], ?::text[])
                 WITH ORDINALITY AS l (at, level, run_id, graph, node, task, attempt, agent, message, fields, place)
            ORDER BY l.place""";

    private final DataSource database;
    private final String worker;

    LogTable(DataSource database, String worker) {
        this.database = database;
        this.worker = worker;
    }

    /** Writes all of them, or none. */
    void write(List<LogEntry> entries) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement begin = connection.createStatement();
                    PreparedStatement insert = connection.prepareStatement(INSERT)) {
                begin.execute(BEGIN);
                bind(connection, insert, entries);
                insert.executeUpdate();
                connection.commit();
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    private void bind(Connection connection, PreparedStatement insert, List<LogEntry> entries) throws SQLException {
        insert.setString(1, worker);
        array(connection, insert, 2, "timestamptz", entries, entry -> entry.at().atOffset(ZoneOffset.UTC));
        array(connection, insert, 3, "text", entries, entry -> entry.level().publicName());
        array(connection, insert, 4, "text", entries, entry -> entry.source().runId());
        array(connection, insert, 5, "text", entries, entry -> entry.source().graph());
        array(connection, insert, 6, "text", entries, entry -> entry.source().node());
        array(connection, insert, 7, "text", entries, entry -> entry.source().task());
        array(connection, insert, 8, "int4", entries, entry -> entry.source().attempt());
        array(connection, insert, 9, "text", entries, entry -> entry.source().agent());
        array(connection, insert, 10, "text", entries, LogEntry::message);
        array(connection, insert, 11, "text", entries, LogEntry::fields);
    }

    private static void array(
            Connection connection,
            PreparedStatement insert,
            int place,
            String type,
            List<LogEntry> entries,
            Function<LogEntry, @Nullable Object> value)
            throws SQLException {
        insert.setArray(
                place,
                connection.createArrayOf(type, entries.stream().map(value).toArray()));
    }
}
