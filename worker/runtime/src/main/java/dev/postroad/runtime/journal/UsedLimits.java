package dev.postroad.runtime.journal;

import dev.postroad.runtime.limit.RateWindow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** What was used of rates, in the table {@code limits}; who reads or saves holds a lock on the name. Thread-safe. */
final class UsedLimits {
    private static final String READ = "SELECT key, used FROM postroad.limits WHERE name = ? AND key = ANY (?)";
    private static final String SAVE = """
            INSERT INTO postroad.limits (name, key, used)
            SELECT ?, changed.key, changed.used FROM unnest(?::text[], ?::text[]) AS changed (key, used)
            ON CONFLICT (name, key) DO UPDATE SET used = EXCLUDED.used, changed_at = now()""";

    /** No period is as long in earnest. */
    private static final String TIDY = """
            DELETE FROM postroad.limits WHERE (name, key) IN (
                SELECT name, key FROM postroad.limits WHERE changed_at < now() - interval '400 days' LIMIT 10000)""";

    private static final int SAVES_A_TIDYING = 10_000;

    private final AtomicInteger saves = new AtomicInteger();
    private final AtomicBoolean isUntidy = new AtomicBoolean();

    /** The name of the limits on the runs of a graph. */
    static String ofGraph(String graph) {
        return "graph/" + graph;
    }

    Map<String, String> read(Connection connection, String name, Set<String> keys) throws SQLException {
        Map<String, String> used = new HashMap<>();
        if (keys.isEmpty()) {
            return used;
        }
        try (PreparedStatement statement = connection.prepareStatement(READ)) {
            statement.setString(1, name);
            statement.setArray(2, connection.createArrayOf("text", keys.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    used.put(rows.getString(1), rows.getString(2));
                }
            }
        }
        return used;
    }

    void save(Connection connection, String name, Map<String, RateWindow> changed) throws SQLException {
        if (changed.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(SAVE)) {
            statement.setString(1, name);
            statement.setArray(
                    2, connection.createArrayOf("text", changed.keySet().toArray()));
            statement.setArray(
                    3,
                    connection.createArrayOf(
                            "text",
                            changed.values().stream().map(RateWindow::toString).toArray()));
            statement.executeUpdate();
        }
        if (saves.getAndIncrement() % SAVES_A_TIDYING == 0) {
            isUntidy.set(true);
        }
    }

    /** Forgets what nobody counts any more, now and then; looks at all that there is, so nobody is to wait for it. */
    void tidy(Connection connection) throws SQLException {
        if (isUntidy.compareAndSet(true, false)) {
            try (PreparedStatement statement = connection.prepareStatement(TIDY)) {
                statement.executeUpdate();
            }
        }
    }
}
