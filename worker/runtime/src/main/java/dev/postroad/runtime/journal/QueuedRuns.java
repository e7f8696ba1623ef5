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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;

/** The queue in Postgres, as those read it who let its runs begin. Thread-safe. */
public final class QueuedRuns {
    private static final String COLUMNS = "SELECT id, run_id, shard, rank FROM postroad.runs ";
    private static final String AFTER = COLUMNS + """
            WHERE status = 'queued' AND NOT limited AND (rank, id) >= (?, ?) AND shard = ANY (?) AND ranks_at IS NULL
              AND (wake_at IS NULL OR wake_at <= now())
              AND id NOT IN (SELECT run FROM postroad.unreadable_runs)
            ORDER BY rank, id LIMIT ?""";
    private static final String WITH_TURN = """
            SELECT id, run_id, shard, rank, status_seq FROM postroad.runs
            WHERE status = 'queued' AND turn_at IS NOT NULL AND shard = ANY (?)
              AND id NOT IN (SELECT run FROM postroad.unreadable_runs)
            ORDER BY rank, id""";
    private static final String DUE = COLUMNS + """
            WHERE status = 'queued' AND NOT limited AND wake_at <= now() AND shard = ANY (?) AND ranks_at IS NULL
              AND id NOT IN (SELECT run FROM postroad.unreadable_runs)
            ORDER BY rank, id LIMIT ?""";
    // One that is due ranks no later than now, but for what the clocks of workers differ; so the far ones are not
    // looked at in the index of runs that are to begin later.
    static final String DUE_FOR_A_TURN = "wake_at <= now() AND rank <= now() + interval '1 hour'";
    // In an order, so that Postgres takes the index, however many rows it expects.
    private static final String FIRST_OF_THOSE = """
            (SELECT id FROM postroad.runs r
             WHERE r.graph = wanted.graph AND status = 'queued' AND limited AND turn_at IS NULL AND %s
               AND ranks_at IS NULL ORDER BY rank, id LIMIT 1)""";
    private static final String WANTED = "SELECT wanted.graph FROM unnest(?::text[]) AS wanted (graph) WHERE "
            + FIRST_OF_THOSE.formatted("wake_at IS NULL") + " IS NOT NULL OR "
            + FIRST_OF_THOSE.formatted(DUE_FOR_A_TURN) + " IS NOT NULL";
    // From one to the next by the index.
    private static final String GRAPHS_WITH_LINES =
            """
            WITH RECURSIVE graphs AS (
                (SELECT graph FROM postroad.runs WHERE %1$s ORDER BY graph LIMIT 1)
                UNION ALL
                SELECT (SELECT r.graph FROM postroad.runs r WHERE r.graph > g.graph AND %1$s ORDER BY r.graph LIMIT 1)
                FROM graphs g WHERE g.graph IS NOT NULL)
            SELECT graph FROM graphs WHERE graph IS NOT NULL""".formatted("status = 'queued' AND limited AND turn_at IS NULL AND line IS NOT NULL");
    // From key to key by the index, past all the runs of each; without those that are not to begin yet, for they were
    // given no place among the turns, and stand years ahead of now. So the far ones are not looked at in the index.
    private static final String OF_A_KEY = """
            LATERAL (SELECT rank FROM postroad.runs r
                     WHERE r.status = 'queued' AND r.fair_key IS NOT NULL AND r.graph = k.graph
                       AND r.priority = k.priority AND r.fair_key = k.fair_key AND r.shard = ANY (?)
                       AND r.rank <= now() + interval '1 hour' AND r.ranks_at IS NULL AND (r.wake_at IS NULL OR r.wake_at <= now())
                     ORDER BY rank %s LIMIT 1) AS %s""";
    private static final String KEYS = """
            WITH RECURSIVE keys AS (
                (SELECT graph, priority, fair_key FROM postroad.runs
                 WHERE status = 'queued' AND fair_key IS NOT NULL ORDER BY graph, priority, fair_key LIMIT 1)
                UNION ALL
                SELECT next.graph, next.priority, next.fair_key
                FROM keys, LATERAL (
                    SELECT r.graph, r.priority, r.fair_key FROM postroad.runs r
                    WHERE r.status = 'queued' AND r.fair_key IS NOT NULL
                      AND (r.graph, r.priority, r.fair_key) > (keys.graph, keys.priority, keys.fair_key)
                    ORDER BY r.graph, r.priority, r.fair_key LIMIT 1) AS next)
            SELECT k.graph, k.priority, k.fair_key, a.rank AS first, z.rank AS last
            FROM (SELECT * FROM keys LIMIT ?) AS k,""" + OF_A_KEY.formatted("", "a") + ", " + OF_A_KEY.formatted("DESC", "z");

    private static final String ARE_WAITING = """
            SELECT (SELECT id FROM postroad.runs
                    WHERE status = 'queued' AND fair_key IS NOT NULL AND graph = ? AND priority = ? AND shard = ANY (?)
                      AND rank <= now() + interval '1 hour' AND ranks_at IS NULL AND (wake_at IS NULL OR wake_at <= now())
                    ORDER BY fair_key, rank LIMIT 1) IS NOT NULL""";

    private final DataSource database;

    /** @param database hands out connections with a limit on the time of their statements */
    public QueuedRuns(DataSource database) {
        this.database = database;
    }

    /** The queued runs of some shards from a place on, in their order; without those of graphs that limit their runs. */
    public List<QueuedRun> after(Collection<Integer> shards, Instant rank, long number, int limit) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(AFTER)) {
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
                PreparedStatement statement = connection.prepareStatement(DUE)) {
            statement.setArray(1, connection.createArrayOf("int4", shards.toArray()));
            statement.setInt(2, limit);
            return found(statement);
        }
    }

    /**
     * The queued runs of some shards that have a turn written into their rows, in their order.
     *
     * @param epochs of the shards
     */
    public List<QueuedRun> withTurn(Map<Integer, Long> epochs) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(WITH_TURN)) {
            statement.setArray(
                    1, connection.createArrayOf("int4", epochs.keySet().toArray()));
            List<QueuedRun> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    QueuedRun run = run(rows);
                    long epoch = Objects.requireNonNull(epochs.get(run.shard()));
                    found.add(run.by(new QueuedRun.Turn(rows.getInt("status_seq"), epoch)));
                }
            }
            return found;
        }
    }

    /** What a statement gives by the columns of queued runs. */
    static List<QueuedRun> found(PreparedStatement statement) throws SQLException {
        List<QueuedRun> found = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                found.add(run(rows));
            }
        }
        return found;
    }

    /** The queued run of a row. */
    static QueuedRun run(ResultSet row) throws SQLException {
        return new QueuedRun(
                row.getLong("id"),
                row.getString("run_id"),
                row.getInt("shard"),
                row.getObject("rank", OffsetDateTime.class).toInstant());
    }

    /** The graphs of which runs wait that are counted by keys, or by limits of their triggers. */
    public Set<String> graphsWithLines() throws SQLException {
        Set<String> graphs = new HashSet<>();
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(GRAPHS_WITH_LINES);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                graphs.add(rows.getString(1));
            }
        }
        return graphs;
    }

    /** Those of some graphs of which runs wait for a turn. */
    public List<String> wanted(Set<String> graphs) throws SQLException {
        List<String> wanted = new ArrayList<>();
        if (graphs.isEmpty()) {
            return wanted;
        }
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(WANTED)) {
            statement.setArray(1, connection.createArrayOf("text", graphs.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    wanted.add(rows.getString(1));
                }
            }
        }
        return wanted;
    }

    /** The keys of which runs wait by turns in some shards, and where they stand; the first of them, at most so many. */
    public List<WaitingKey> waitingKeys(Collection<Integer> shards, int limit) throws SQLException {
        List<WaitingKey> keys = new ArrayList<>();
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(KEYS)) {
            statement.setInt(1, limit);
            statement.setArray(2, connection.createArrayOf("int4", shards.toArray()));
            statement.setArray(3, connection.createArrayOf("int4", shards.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    keys.add(new WaitingKey(
                            rows.getString("graph"),
                            rows.getInt("priority"),
                            rows.getString("fair_key"),
                            rows.getObject("first", OffsetDateTime.class).toInstant(),
                            rows.getObject("last", OffsetDateTime.class).toInstant()));
                }
            }
        }
        return keys;
    }

    /** Whether runs wait by turns in some shards, of a graph and priority. */
    public boolean areWaiting(String graph, int priority, Collection<Integer> shards) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(ARE_WAITING)) {
            statement.setString(1, graph);
            statement.setInt(2, priority);
            statement.setArray(3, connection.createArrayOf("int4", shards.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /**
     * A key whose runs wait for the turns of its graph and priority.
     *
     * @param first the rank of the first of them
     * @param last the rank of the last of them
     */
    public record WaitingKey(String graph, int priority, String key, Instant first, Instant last) {}
}
