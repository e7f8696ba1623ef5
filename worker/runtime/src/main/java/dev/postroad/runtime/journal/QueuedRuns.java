package dev.postroad.runtime.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import javax.sql.DataSource;

/**
 * The queue in Postgres. Where a graph limits its runs, they begin by turns, which are given in the order of the queue
 * over the whole cluster: by whichever worker looks first, under a lock of that graph's own, so that never more have a
 * turn or are under way than the limit says. Thread-safe.
 */
public final class QueuedRuns {
    private static final int QUERY_LIMIT_SECONDS = 60;
    private static final String COLUMNS = "SELECT id, run_id, shard, rank FROM postroad.runs ";
    private static final String AFTER = COLUMNS + """
            WHERE status = 'queued' AND NOT limited AND (rank, id) >= (?, ?) AND shard = ANY (?)
              AND (wake_at IS NULL OR wake_at <= now())
              AND id NOT IN (SELECT run FROM postroad.unreadable_runs)
            ORDER BY rank, id LIMIT ?""";
    private static final String WITH_TURN = COLUMNS + """
            WHERE status = 'queued' AND turn_at IS NOT NULL AND shard = ANY (?)
              AND id NOT IN (SELECT run FROM postroad.unreadable_runs)
            ORDER BY rank, id""";
    private static final String DUE = COLUMNS + """
            WHERE status = 'queued' AND NOT limited AND wake_at <= now() AND shard = ANY (?)
              AND id NOT IN (SELECT run FROM postroad.unreadable_runs)
            ORDER BY rank, id LIMIT ?""";
    // One that is due ranks no later than now, but for what the clocks of workers differ; so the far ones are not
    // looked at in the index of runs that are to begin later.
    private static final String DUE_FOR_A_TURN = "wake_at <= now() AND rank <= now() + interval '1 hour'";
    // In an order, so that Postgres takes the index, however many rows it expects.
    private static final String FIRST_OF_THOSE = """
            (SELECT id FROM postroad.runs r
             WHERE r.graph = wanted.graph AND status = 'queued' AND limited AND turn_at IS NULL AND %s
             ORDER BY rank, id LIMIT 1)""";
    private static final String WANTED = "SELECT wanted.graph FROM unnest(?::text[]) AS wanted (graph) WHERE "
            + FIRST_OF_THOSE.formatted("wake_at IS NULL") + " IS NOT NULL OR "
            + FIRST_OF_THOSE.formatted(DUE_FOR_A_TURN) + " IS NOT NULL";
    private static final String LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('postroad.turn/' || ?))";
    private static final String TAKEN = """
            SELECT (SELECT count(*) FROM postroad.runs
                    WHERE graph = ? AND limited AND status IN ('running', 'waiting')
                      AND id NOT IN (SELECT run FROM postroad.unreadable_runs))
                 + (SELECT count(*) FROM postroad.runs
                    WHERE graph = ? AND status = 'queued' AND turn_at IS NOT NULL
                      AND id NOT IN (SELECT run FROM postroad.unreadable_runs))""";
    private static final String NEXT_OF_THOSE = """
            (SELECT id, version, rank FROM postroad.runs
             WHERE graph = ? AND status = 'queued' AND limited AND turn_at IS NULL AND %s
               AND id NOT IN (SELECT run FROM postroad.unreadable_runs)
             ORDER BY rank, id LIMIT ?)""";
    private static final String NEXT = "SELECT id, version FROM (" + NEXT_OF_THOSE.formatted("wake_at IS NULL")
            + " UNION ALL " + NEXT_OF_THOSE.formatted(DUE_FOR_A_TURN) + ") AS next ORDER BY rank, id LIMIT ?";
    private static final String GIVE =
            "UPDATE postroad.runs SET turn_at = now() WHERE id = ANY (?) AND status = 'queued'";
    private static final int MOST_TURNS_AT_ONCE = 1_000;

    private final DataSource database;

    public QueuedRuns(DataSource database) {
        this.database = database;
    }

    /** The queued runs of some shards from a place on, in their order; without those of graphs that limit their runs. */
    public List<QueuedRun> after(Collection<Integer> shards, Instant rank, long number, int limit) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = statement(connection, AFTER)) {
            statement.setObject(1, rank.atOffset(ZoneOffset.UTC));
            statement.setLong(2, number);
            statement.setArray(3, connection.createArrayOf("int4", shards.toArray()));
            statement.setInt(4, limit);
            return found(statement);
        }
    }

    /** The queued runs of some shards that were not to begin before a time, which has come, in their order. */
    public List<QueuedRun> due(Collection<Integer> shards, int limit) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = statement(connection, DUE)) {
            statement.setArray(1, connection.createArrayOf("int4", shards.toArray()));
            statement.setInt(2, limit);
            return found(statement);
        }
    }

    /** The queued runs of some shards that have a turn, in their order. */
    public List<QueuedRun> withTurn(Collection<Integer> shards) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = statement(connection, WITH_TURN)) {
            statement.setArray(1, connection.createArrayOf("int4", shards.toArray()));
            return found(statement);
        }
    }

    private static List<QueuedRun> found(PreparedStatement statement) throws SQLException {
        List<QueuedRun> found = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                found.add(new QueuedRun(
                        rows.getLong("id"),
                        rows.getString("run_id"),
                        rows.getInt("shard"),
                        rows.getObject("rank", OffsetDateTime.class).toInstant()));
            }
        }
        return found;
    }

    /** Those of some graphs of which runs wait for a turn. */
    public List<String> wanted(Set<String> graphs) throws SQLException {
        List<String> wanted = new ArrayList<>();
        try (Connection connection = database.getConnection();
                PreparedStatement statement = statement(connection, WANTED)) {
            statement.setArray(1, connection.createArrayOf("text", graphs.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    wanted.add(rows.getString(1));
                }
            }
        }
        return wanted;
    }

    /**
     * Gives as many turns as a graph's limit allows, unless another worker is at it.
     *
     * @param limits the limit of each version of the graph; negative for one whose runs are to get no turn here
     */
    public void giveTurns(String graph, IntUnaryOperator limits) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                if (isLocked(connection, graph)) {
                    give(connection, next(connection, graph, limits));
                }
                connection.commit();
            } catch (SQLException failed) {
                connection.rollback();
                throw failed;
            } finally {
                connection.setAutoCommit(true);
            }
        }
    }

    private static boolean isLocked(Connection connection, String graph) throws SQLException {
        try (PreparedStatement statement = statement(connection, LOCK)) {
            statement.setString(1, graph);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private static List<Long> next(Connection connection, String graph, IntUnaryOperator limits) throws SQLException {
        long taken = taken(connection, graph);
        List<Long> next = new ArrayList<>();
        try (PreparedStatement statement = statement(connection, NEXT)) {
            statement.setString(1, graph);
            statement.setInt(2, MOST_TURNS_AT_ONCE);
            statement.setString(3, graph);
            statement.setInt(4, MOST_TURNS_AT_ONCE);
            statement.setInt(5, MOST_TURNS_AT_ONCE);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    int limit = limits.applyAsInt(rows.getInt("version"));
                    if (limit < 0) {
                        continue;
                    }
                    // Whoever is first in the queue and cannot begin keeps the others from going ahead.
                    if (taken >= limit) {
                        break;
                    }
                    next.add(rows.getLong("id"));
                    taken++;
                }
            }
        }
        return next;
    }

    private static long taken(Connection connection, String graph) throws SQLException {
        try (PreparedStatement statement = statement(connection, TAKEN)) {
            statement.setString(1, graph);
            statement.setString(2, graph);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static void give(Connection connection, List<Long> runs) throws SQLException {
        if (runs.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = statement(connection, GIVE)) {
            statement.setArray(1, connection.createArrayOf("int8", runs.toArray()));
            statement.executeUpdate();
        }
    }

    private static PreparedStatement statement(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setQueryTimeout(QUERY_LIMIT_SECONDS);
        return statement;
    }
}
