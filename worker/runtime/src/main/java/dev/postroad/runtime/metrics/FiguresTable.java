package dev.postroad.runtime.metrics;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.history.rows.CorruptHistoryException;
import dev.postroad.runtime.metrics.LastFailures.LastFailure;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows of one worker in {@code agent_metrics}, and the last errors in {@code agents}. A row holds what its minute came
 * to so far, not what came since: writing it again after a broken connection changes nothing, and nothing that Postgres
 * executes late takes it back, for a row's calls never become fewer. Thread-safe.
 */
final class FiguresTable {
    private static final Logger LOG = LoggerFactory.getLogger(FiguresTable.class);

    private static final String EARLIER = """
        SELECT extract(epoch FROM m.minute)::int8 / 60 AS minute, m.agent, m.graph, m.calls, m.failures,
               m.tokens_in, m.tokens_out, m.millis, m.histogram
        FROM unnest(?::int8[], ?::text[], ?::text[]) AS wanted (minute, agent, graph)
        JOIN postroad.agent_metrics m
          ON m.agent = wanted.agent AND m.minute = to_timestamp(wanted.minute * 60) AND m.graph = wanted.graph
        WHERE m.worker = ?\
        """;
    private static final String WRITE = """
        INSERT INTO postroad.agent_metrics (minute, agent, graph, worker, calls, failures, tokens_in, tokens_out,
                                            millis, histogram)
        SELECT to_timestamp(minute * 60), agent, graph, ?, calls, failures, tokens_in, tokens_out, millis, histogram
        FROM unnest(?::int8[], ?::text[], ?::text[], ?::int8[], ?::int8[], ?::int8[], ?::int8[], ?::int8[], ?::bytea[])
            AS written (minute, agent, graph, calls, failures, tokens_in, tokens_out, millis, histogram)
        ON CONFLICT (agent, minute, graph, worker) DO UPDATE
        SET calls = excluded.calls, failures = excluded.failures, tokens_in = excluded.tokens_in,
            tokens_out = excluded.tokens_out, millis = excluded.millis, histogram = excluded.histogram
        WHERE postroad.agent_metrics.calls <= excluded.calls\
        """;
    private static final String DROP = """
        DELETE FROM postroad.agent_metrics
        WHERE agent = ? AND minute = to_timestamp(? * 60) AND graph = ? AND worker = ?\
        """;

    /** Locks in one order, as other workers write to the same rows. */
    private static final String WRITE_ERRORS = """
        WITH failed AS (
            SELECT a.name, f.at, f.error
            FROM unnest(?::text[], ?::float8[], ?::json[]) AS f (name, at, error)
            JOIN postroad.agents a USING (name)
            ORDER BY a.name FOR NO KEY UPDATE OF a)
        UPDATE postroad.agents a SET last_error = failed.error, last_error_at = to_timestamp(failed.at)
        FROM failed
        WHERE a.name = failed.name AND (a.last_error_at IS NULL OR a.last_error_at < to_timestamp(failed.at))\
        """;

    private final DataSource database;
    private final String worker;

    FiguresTable(DataSource database, String worker) {
        this.database = database;
        this.worker = worker;
    }

    /** What an earlier process of the same name has written already. */
    Map<CellKey, Tally> earlier(List<CellKey> keys) throws SQLException {
        Map<CellKey, Tally> found = new HashMap<>();
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(EARLIER)) {
            statement.setArray(1, numbers(connection, keys, CellKey::minute));
            statement.setArray(2, texts(connection, keys, CellKey::agent));
            statement.setArray(3, texts(connection, keys, CellKey::graph));
            statement.setString(4, worker);
            List<CellKey> unreadable = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    read(rows, found, unreadable);
                }
            }
            drop(connection, unreadable);
        }
        return found;
    }

    private void drop(Connection connection, List<CellKey> unreadable) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DROP)) {
            for (CellKey key : unreadable) {
                statement.setString(1, key.agent());
                statement.setLong(2, key.minute());
                statement.setString(3, key.graph());
                statement.setString(4, worker);
                statement.executeUpdate();
            }
        }
    }

    private static void read(ResultSet rows, Map<CellKey, Tally> found, List<CellKey> unreadable) throws SQLException {
        CellKey key = new CellKey(rows.getLong("minute"), rows.getString("agent"), rows.getString("graph"));
        CellRow row = new CellRow(
                key,
                rows.getLong("calls"),
                rows.getLong("failures"),
                rows.getLong("tokens_in"),
                rows.getLong("tokens_out"),
                rows.getLong("millis"),
                rows.getBytes("histogram"));
        Tally tally = new Tally();
        try {
            tally.add(row);
            found.put(key, tally);
        } catch (CorruptHistoryException corrupt) {
            LOG.warn("the figures of {} cannot be gone on from, and are of no use to anybody", key, corrupt);
            unreadable.add(key);
        }
    }

    void write(List<CellRow> rows) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(WRITE)) {
            statement.setString(1, worker);
            statement.setArray(2, numbers(connection, rows, row -> row.key().minute()));
            statement.setArray(3, texts(connection, rows, row -> row.key().agent()));
            statement.setArray(4, texts(connection, rows, row -> row.key().graph()));
            statement.setArray(5, numbers(connection, rows, CellRow::calls));
            statement.setArray(6, numbers(connection, rows, CellRow::failures));
            statement.setArray(7, numbers(connection, rows, CellRow::inputTokens));
            statement.setArray(8, numbers(connection, rows, CellRow::outputTokens));
            statement.setArray(9, numbers(connection, rows, CellRow::millis));
            statement.setArray(
                    10,
                    connection.createArrayOf(
                            "bytea", rows.stream().map(CellRow::histogram).toArray(byte[][]::new)));
            statement.executeUpdate();
        }
    }

    /** Agents that are gone, or whose last error is a later one, stay as they are. */
    void writeErrors(Map<String, LastFailure> failures) throws SQLException {
        List<Map.Entry<String, LastFailure>> all = List.copyOf(failures.entrySet());
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(WRITE_ERRORS)) {
            statement.setArray(1, texts(connection, all, Map.Entry::getKey));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "float8",
                            all.stream()
                                    .map(failed -> failed.getValue().at().toEpochMilli() / 1_000.0)
                                    .toArray(Double[]::new)));
            statement.setArray(3, texts(connection, all, failed -> json(failed.getValue())));
            statement.executeUpdate();
        }
    }

    private static String json(LastFailure failure) {
        return new String(
                Json.bytes(JsonNodeFactory.instance
                        .objectNode()
                        .put("type", failure.type())
                        .put("message", failure.message())),
                StandardCharsets.UTF_8);
    }

    private static <T> Array texts(Connection connection, List<T> rows, Function<T, String> column)
            throws SQLException {
        return connection.createArrayOf("text", rows.stream().map(column).toArray(String[]::new));
    }

    private static <T> Array numbers(Connection connection, List<T> rows, Function<T, Long> column)
            throws SQLException {
        return connection.createArrayOf("int8", rows.stream().map(column).toArray(Long[]::new));
    }
}
