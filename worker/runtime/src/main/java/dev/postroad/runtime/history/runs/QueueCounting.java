package dev.postroad.runtime.history.runs;

import dev.postroad.runtime.history.rows.Rows;
import dev.postroad.runtime.history.runs.QueueReport.Line;
import dev.postroad.runtime.history.runs.QueueReport.OfKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Jdbi;

/** Counts what waits and what runs, by graph and priority. Thread-safe. */
public final class QueueCounting {
    private static final String QUEUE = """
            SELECT statement_timestamp() AS at, line.*
            FROM (SELECT 1) always
            LEFT JOIN (
                SELECT graph, priority, sum(queued) AS queued, sum(limited) AS limited, sum(running) AS running,
                       min(oldest_queued_at) AS oldest_queued_at,
                       array_agg(fair_key ORDER BY place) FILTER (WHERE place <= 5 AND fair_key <> '' AND queued > 0) AS keys,
                       array_agg(queued ORDER BY place) FILTER (WHERE place <= 5 AND fair_key <> '' AND queued > 0) AS of_keys
                FROM (
                SELECT graph, priority, fair_key,
                       row_number() OVER (PARTITION BY graph, priority
                                          ORDER BY coalesce(fair_key, '') = '', count(*) FILTER (WHERE status = 'queued') DESC,
                                                   fair_key) AS place,
                       count(*) FILTER (WHERE status = 'queued') AS queued,
                       count(*) FILTER (WHERE status = 'queued' AND limited AND turn_at IS NULL
                                        AND (wake_at IS NULL OR wake_at <= statement_timestamp())) AS limited,
                       count(*) FILTER (WHERE status = 'running') AS running,
                       min(queued_at) FILTER (WHERE status = 'queued' AND wake_at IS NULL) AS oldest_queued_at
                FROM postroad.runs
                WHERE status IN ('queued', 'running')
                  AND (:tags::jsonb IS NULL OR (tags IS NOT NULL AND tags::jsonb @> :tags::jsonb))
                GROUP BY graph, priority, fair_key) of_keys
                GROUP BY graph, priority
            ) line ON true
            ORDER BY line.priority DESC, line.graph
            """;

    private final Jdbi postgres;

    public QueueCounting(Jdbi postgres) {
        this.postgres = postgres;
    }

    /**
     * What waits for a place among the running, and what has one, over all workers.
     *
     * @param tags counts runs with all of these, with these values; empty for all runs
     */
    public QueueReport report(Map<String, String> tags) {
        return postgres.withHandle(handle -> handle.createQuery(QUEUE)
                .bind("tags", RunFilter.json(tags))
                .execute((statement, context) -> {
                    try (ResultSet rows = statement.get().getResultSet()) {
                        return report(rows);
                    }
                }));
    }

    private static QueueReport report(ResultSet rows) throws SQLException {
        List<Line> lines = new ArrayList<>();
        Instant at = Instant.EPOCH;
        while (rows.next()) {
            at = Rows.requiredTime(rows, "at");
            if (rows.getString("graph") != null) {
                lines.add(line(rows));
            }
        }
        return QueueReport.of(at, lines);
    }

    private static Line line(ResultSet row) throws SQLException {
        return new Line(
                row.getString("graph"),
                row.getInt("priority"),
                row.getLong("queued"),
                row.getLong("limited"),
                row.getLong("running"),
                Rows.time(row, "oldest_queued_at"),
                keys(row));
    }

    private static List<OfKey> keys(ResultSet row) throws SQLException {
        if (row.getArray("keys") == null) {
            return List.of();
        }
        String[] keys = (String[]) row.getArray("keys").getArray();
        Long[] queued = (Long[]) row.getArray("of_keys").getArray();
        return IntStream.range(0, keys.length)
                .mapToObj(i -> new OfKey(keys[i], queued[i]))
                .toList();
    }
}
