package dev.postroad.runtime.journal;

import dev.postroad.engine.graph.QueueRules;
import dev.postroad.runtime.journal.TurnPicker.Waiting;
import dev.postroad.runtime.limit.RateWindow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.function.LongConsumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Lets runs of graphs that limit them begin by turns, which are given in the order of the queue over the whole cluster: by
 * whichever worker looks first, under a lock of that graph's own, so that never more have a turn or are under way than the
 * limits say. What counts is what the rows of runs say, so a worker that dies keeps no place: its runs go on elsewhere, and
 * hold the places that are theirs.
 *
 * <p>Where the first of the queue wait for keys that are full, the first of each combination of keys are looked at besides,
 * from one to the next by an index, so that nobody behind them is read. Thread-safe.
 */
public final class TurnGiver {
    private static final int MOST_TURNS_AT_ONCE = 1_000;
    private static final int MOST_LINES_AT_ONCE = 500;
    private static final int MOST_OF_A_LINE = 20;

    private static final String READABLE = "id NOT IN (SELECT run FROM postroad.unreadable_runs)";
    private static final String LOCK =
            "SELECT pg_try_advisory_xact_lock(hashtext('postroad.turn/' || ?)), clock_timestamp()";
    private static final String TAKEN = """
            SELECT version, keys, count(*) FROM (
                SELECT version, limit_keys::text AS keys FROM postroad.runs
                WHERE graph = ? AND limited AND status IN ('running', 'waiting') AND %1$s
                UNION ALL
                SELECT version, limit_keys::text AS keys FROM postroad.runs
                WHERE graph = ? AND status = 'queued' AND turn_at IS NOT NULL AND %1$s) AS taken
            GROUP BY version, keys""".formatted(READABLE);
    private static final String FRONT_OF_THOSE = """
            (SELECT id, version, rank, limit_keys::text AS keys, line FROM postroad.runs
             WHERE graph = ? AND status = 'queued' AND limited AND turn_at IS NULL AND %s AND %s
             ORDER BY rank, id LIMIT %d)""";
    private static final String FRONT = "SELECT id, version, keys, line FROM ("
            + FRONT_OF_THOSE.formatted("wake_at IS NULL", READABLE, MOST_TURNS_AT_ONCE) + " UNION ALL "
            + FRONT_OF_THOSE.formatted(QueuedRuns.DUE_FOR_A_TURN, READABLE, MOST_TURNS_AT_ONCE)
            + ") AS front ORDER BY rank, id LIMIT " + MOST_TURNS_AT_ONCE;
    private static final String LINES = """
            WITH RECURSIVE lines AS (
                (SELECT line FROM postroad.runs
                 WHERE graph = ? AND status = 'queued' AND limited AND turn_at IS NULL AND line > ?
                 ORDER BY line LIMIT 1)
                UNION ALL
                SELECT next.line FROM lines, LATERAL (
                    SELECT r.line FROM postroad.runs r
                    WHERE r.graph = ? AND r.status = 'queued' AND r.limited AND r.turn_at IS NULL AND r.line > lines.line
                    ORDER BY r.line LIMIT 1) AS next)
            SELECT head.id, head.version, head.keys, l.line
            FROM (SELECT line FROM lines LIMIT %d) AS l LEFT JOIN LATERAL (
                SELECT id, version, rank, limit_keys::text AS keys FROM postroad.runs
                WHERE graph = ? AND status = 'queued' AND limited AND turn_at IS NULL AND line = l.line
                  AND NOT l.line = ANY (?) AND (wake_at IS NULL OR wake_at <= now()) AND %s
                ORDER BY rank, id LIMIT %d) AS head ON true
            ORDER BY head.rank, head.id""".formatted(MOST_LINES_AT_ONCE, READABLE, MOST_OF_A_LINE);
    private static final String GIVE = """
            WITH given AS (
                UPDATE postroad.runs SET turn_at = now() WHERE id = ANY (?) AND status = 'queued'
                RETURNING id, run_id, shard, rank)
            SELECT id, run_id, shard, rank FROM given ORDER BY rank, id""";

    private static final QueueRules ALL_TOGETHER =
            new QueueRules(List.of(new QueueRules.Concurrency(null, Integer.MAX_VALUE)), List.of(), null);

    private final DataSource database;
    private final UsedLimits limits = new UsedLimits();
    /** Where the look over the lines of a graph goes on; forgotten with the worker, which costs nothing. */
    private final Map<String, Long> linesFrom = new ConcurrentHashMap<>();

    public TurnGiver(DataSource database) {
        this.database = database;
    }

    /**
     * Gives as many turns as a graph's limits allow, unless another worker is at it.
     *
     * @param rules of each version of the graph; null for one whose runs are to get no turn here
     * @return the runs that have a turn now, in the order of the queue, in whatever shards they are
     */
    public List<QueuedRun> give(String graph, IntFunction<@Nullable QueueRules> rules) throws SQLException {
        try (Connection connection = database.getConnection()) {
            List<QueuedRun> given = List.of();
            connection.setAutoCommit(false);
            try {
                Instant now = lock(connection, graph);
                if (now != null) {
                    given = give(connection, graph, rules, new TurnPicker(now));
                }
                connection.commit();
            } catch (SQLException failed) {
                connection.rollback();
                throw failed;
            } finally {
                connection.setAutoCommit(true);
            }
            limits.tidy(connection);
            return given;
        }
    }

    private List<QueuedRun> give(
            Connection connection, String graph, IntFunction<@Nullable QueueRules> rules, TurnPicker picker)
            throws SQLException {
        ReadKeys keys = new ReadKeys();
        noteTaken(connection, graph, rules, picker, keys);
        try (PreparedStatement front = QueuedRuns.statement(connection, FRONT)) {
            front.setString(1, graph);
            front.setString(2, graph);
            offer(connection, graph, waiting(front, rules, keys, line -> {}), picker);
        }
        if (picker.hasPassedSome() && picker.picked().size() < MOST_TURNS_AT_ONCE) {
            offer(connection, graph, lines(connection, graph, rules, keys, picker.blocked()), picker);
        }
        List<QueuedRun> given = give(connection, picker.picked());
        limits.save(connection, name(graph), picker.changed());
        return given;
    }

    private void offer(Connection connection, String graph, List<Waiting> waiting, TurnPicker picker)
            throws SQLException {
        Map<String, QueueRules.Rate> unknown = picker.unknownRates(waiting);
        Map<String, String> used = limits.read(connection, name(graph), unknown.keySet());
        unknown.forEach((bucket, rate) -> picker.know(
                bucket,
                used.containsKey(bucket) ? RateWindow.of(rate.per(), used.get(bucket)) : RateWindow.empty(rate.per())));
        picker.offer(waiting, MOST_TURNS_AT_ONCE);
    }

    private static String name(String graph) {
        return "graph/" + graph;
    }

    private static @Nullable Instant lock(Connection connection, String graph) throws SQLException {
        try (PreparedStatement statement = QueuedRuns.statement(connection, LOCK)) {
            statement.setString(1, graph);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1)
                        ? row.getObject(2, OffsetDateTime.class).toInstant()
                        : null;
            }
        }
    }

    private static void noteTaken(
            Connection connection,
            String graph,
            IntFunction<@Nullable QueueRules> rules,
            TurnPicker picker,
            ReadKeys keys)
            throws SQLException {
        try (PreparedStatement statement = QueuedRuns.statement(connection, TAKEN)) {
            statement.setString(1, graph);
            statement.setString(2, graph);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    QueueRules found = rules.apply(rows.getInt(1));
                    // Of a version that this release cannot read, runs count among all of the graph.
                    picker.take(found == null ? ALL_TOGETHER : found, keys.of(rows.getString(2)), rows.getLong(3));
                }
            }
        }
    }

    /** @param blocked the lines of which nobody may begin now, so that none of them are read */
    private List<Waiting> lines(
            Connection connection,
            String graph,
            IntFunction<@Nullable QueueRules> rules,
            ReadKeys keys,
            Set<Long> blocked)
            throws SQLException {
        try (PreparedStatement statement = QueuedRuns.statement(connection, LINES)) {
            statement.setString(1, graph);
            statement.setLong(2, linesFrom.getOrDefault(graph, Long.MIN_VALUE));
            statement.setString(3, graph);
            statement.setString(4, graph);
            statement.setArray(5, connection.createArrayOf("int8", blocked.toArray()));
            TreeSet<Long> seen = new TreeSet<>();
            List<Waiting> found = waiting(statement, rules, keys, seen::add);
            linesFrom.put(graph, seen.size() < MOST_LINES_AT_ONCE ? Long.MIN_VALUE : seen.last());
            return found;
        }
    }

    /** @param seen told the line of each row, also of those that say that nobody of it may begin now */
    private static List<Waiting> waiting(
            PreparedStatement statement, IntFunction<@Nullable QueueRules> rules, ReadKeys keys, LongConsumer seen)
            throws SQLException {
        List<Waiting> waiting = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                seen.accept(rows.getLong("line"));
                int version = rows.getInt("version");
                QueueRules found = rows.wasNull() ? null : rules.apply(version);
                if (found != null) {
                    waiting.add(new Waiting(
                            rows.getLong("id"), found, keys.of(rows.getString("keys")), rows.getLong("line")));
                }
            }
        }
        return waiting;
    }

    private static List<QueuedRun> give(Connection connection, List<Long> runs) throws SQLException {
        if (runs.isEmpty()) {
            return List.of();
        }
        try (PreparedStatement statement = QueuedRuns.statement(connection, GIVE)) {
            statement.setArray(1, connection.createArrayOf("int8", runs.toArray()));
            return QueuedRuns.found(statement);
        }
    }
}
