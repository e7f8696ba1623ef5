package dev.postroad.runtime.retention;

import java.io.IOException;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.zip.Checksum;
import javax.sql.DataSource;

/**
 * Writes a run with all that is known of it, as {@link ArchiveFormat} says. What Postgres holds is written as it is held, so
 * that also what this release cannot read is kept. Thread-safe.
 */
public final class RunExport {
    private static final int FETCH_ROWS = 200;

    private static final String FIND =
            "SELECT id, status IN %s FROM postroad.runs WHERE run_id = ?".formatted(EndedRun.STATUSES);
    private static final String RUN = """
            SELECT json_build_object(
                'line', 'run', 'format', %d, 'exportedAt', %s, 'runId', r.run_id, 'graph', r.graph,
                'graphVersion', r.version, 'status', r.status, 'priority', r.priority, 'input', r.input, 'tags', r.tags,
                'error', r.error, 'traceparent', r.traceparent, 'queuedAt', %s, 'startedAt', %s, 'endedAt', %s,
                'rank', %s, 'limited', r.limited, 'statusSeq', r.status_seq, 'shard', r.shard,
                'migrations', r.migrations, 'tokens', r.tokens, 'cost', r.cost)::text
            FROM postroad.runs r WHERE r.id = ?""".formatted(
                    ArchiveFormat.VERSION,
                    time("now()"),
                    time("r.queued_at"),
                    time("r.started_at"),
                    time("r.ended_at"),
                    time("r.rank"));

    /** Those that it went by, and all that are inside them, in the versions that were meant. */
    private static final String GRAPHS = """
            WITH RECURSIVE used (name, version) AS (
                (SELECT r.graph, went.version FROM postroad.runs r
                 CROSS JOIN LATERAL (
                     SELECT r.version
                     UNION
                     SELECT r.migrations[place + 1]
                     FROM generate_series(1, coalesce(array_length(r.migrations, 1), 0), 2) AS place) went
                 WHERE r.id = ?)
                UNION
                SELECT inside.name, inside.version
                FROM used u JOIN postroad.graphs g ON g.name = u.name AND g.version = u.version
                CROSS JOIN LATERAL (
                    SELECT key AS name, value::int AS version FROM json_each_text(coalesce(g.inside, '{}'))
                    UNION
                    SELECT value ->> 'graph', (value ->> 'version')::int FROM json_each(g.definition -> 'nodes')
                    WHERE value ->> 'graph' IS NOT NULL AND value ->> 'version' IS NOT NULL) inside)
            SELECT json_build_object(
                'line', 'graph', 'graph', g.name, 'version', g.version, 'publishedAt', %s, 'inside', g.inside,
                'definition', g.definition)::text
            FROM used u JOIN postroad.graphs g ON g.name = u.name AND g.version = u.version
            ORDER BY g.name, g.version""".formatted(time("g.published_at"));

    private static final String EVENTS = """
            SELECT json_build_object(
                'line', 'event', 'seq', j.seq, 'type', j.type, 'at', %s, 'node', j.node, 'task', j.task,
                'attempt', j.attempt, 'superstep', j.superstep, 'version', j.version,
                'durationMs', (extract(epoch FROM j.duration) * 1000)::bigint, 'progress', j.progress,
                'data', j.data)::text
            FROM postroad.journal j WHERE j.run = ? ORDER BY j.seq""".formatted(time("j.at"));
    private static final String LOGS = """
            SELECT json_build_object(
                'line', 'log', 'at', %s, 'level', l.level, 'graph', l.graph, 'node', l.node, 'task', l.task,
                'attempt', l.attempt, 'agent', l.agent, 'worker', l.worker, 'message', l.message,
                'fields', l.fields)::text
            FROM postroad.agent_logs l JOIN postroad.runs r ON r.run_id = l.run_id
            WHERE r.id = ? ORDER BY l.id""".formatted(time("l.at"));

    private final DataSource database;

    public RunExport(DataSource database) {
        this.database = database;
    }

    private static String time(String column) {
        return "to_char(" + column + " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
    }

    /** Whether a run can be written. */
    public enum Found {
        /** It is written. */
        WRITTEN,
        /** It has not ended, and nothing is written. */
        UNDER_WAY,
        /** There is none, and nothing is written. */
        NONE
    }

    /**
     * Writes the run of an id, if it has ended, as it is at one moment; flushes, and leaves the stream open.
     *
     * @throws SQLException where Postgres does not give it
     * @throws IOException where it cannot be written
     */
    public Found write(String runId, OutputStream out) throws SQLException, IOException {
        try (Snapshot snapshot = new Snapshot(database)) {
            try (PreparedStatement find = snapshot.connection.prepareStatement(FIND)) {
                find.setString(1, runId);
                try (ResultSet row = find.executeQuery()) {
                    if (!row.next()) {
                        return Found.NONE;
                    }
                    if (!row.getBoolean(2)) {
                        return Found.UNDER_WAY;
                    }
                    new Writing(snapshot.connection, row.getLong(1), out).all();
                    return Found.WRITTEN;
                }
            }
        }
    }

    /** The same for the run of a number; gives its last event, or nothing where it is gone. */
    Optional<Integer> write(long number, OutputStream out) throws SQLException, IOException {
        try (Snapshot snapshot = new Snapshot(database)) {
            int events = new Writing(snapshot.connection, number, out).all();
            return events == 0 ? Optional.empty() : Optional.of(events);
        }
    }

    /** All that is read is of one moment. */
    private static final class Snapshot implements AutoCloseable {
        private final Connection connection;

        Snapshot(DataSource database) throws SQLException {
            connection = database.getConnection();
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        }

        @Override
        public void close() throws SQLException {
            try (connection) {
                connection.rollback();
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
                connection.setAutoCommit(true);
            }
        }
    }

    /** One run on its way out. */
    private static final class Writing {
        private final Connection connection;
        private final long number;
        private final OutputStream out;
        private final Checksum checksum = ArchiveFormat.checksum();

        Writing(Connection connection, long number, OutputStream out) {
            this.connection = connection;
            this.number = number;
            this.out = out;
        }

        /** Says how many events there were. */
        int all() throws SQLException, IOException {
            if (lines(RUN) == 0) {
                return 0;
            }
            int graphs = lines(GRAPHS);
            int events = lines(EVENTS);
            int logs = lines(LOGS);
            line(ArchiveFormat.line("{\"line\":\"end\",\"graphs\":%d,\"events\":%d,\"logs\":%d,\"checksum\":\"%s\"}"
                    .formatted(graphs, events, logs, ArchiveFormat.text(checksum))));
            out.flush();
            return events;
        }

        private int lines(String sql) throws SQLException, IOException {
            int lines = 0;
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setFetchSize(FETCH_ROWS);
                statement.setLong(1, number);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        line(ArchiveFormat.line(rows.getString(1)));
                        lines++;
                    }
                }
            }
            return lines;
        }

        private void line(byte[] line) throws IOException {
            out.write(line);
            out.write('\n');
            ArchiveFormat.add(checksum, line);
        }
    }
}
