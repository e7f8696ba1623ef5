package dev.postroad.runtime.history.runs;

import dev.postroad.runtime.history.rows.Rows;
import dev.postroad.runtime.history.rows.Search;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Groups the runs that are failed by where and how they failed, the newest 20,000 of them at most. Thread-safe. */
public final class FailureGroups {
    private static final int PARTS = 12;
    private static final String GROUPS = """
            WITH asked AS (
                SELECT coalesce(:since::timestamptz, statement_timestamp() - interval '1 day') AS since,
                       statement_timestamp() AS now)
            SELECT failing.*, CASE version WHEN 0 THEN graph ELSE (
                       SELECT definition #>> ARRAY['nodes', node, 'agent'] FROM postroad.graphs g
                       WHERE g.name = failing.graph AND g.version = failing.version) END AS agent
            FROM (
            SELECT graph, node, type, count(*) AS failures, min(ended_at) AS first, max(ended_at) AS last,
                   (array_agg(message ORDER BY ended_at DESC))[1] AS message,
                   (array_agg(version ORDER BY ended_at DESC))[1] AS version,
                   array_agg(run_id ORDER BY place) FILTER (WHERE place <= 5) AS runs,
                   array_agg(width_bucket(least(extract(epoch FROM ended_at), extract(epoch FROM now) - 0.001),
                                          extract(epoch FROM since), extract(epoch FROM now), 12)) AS parts
            FROM (SELECT newest.*, row_number() OVER (PARTITION BY graph, node, type ORDER BY ended_at DESC, run_id) AS place
                  FROM (SELECT run_id, graph, version, ended_at, coalesce(error->>'node', '') AS node,
                               coalesce(error->>'type', '') AS type, coalesce(error->>'message', '') AS message
                        FROM postroad.runs
                        WHERE status = 'failed' AND ended_at >= (SELECT since FROM asked)
                          AND (:graph::text IS NULL OR graph = :graph)
                          AND (:tags::jsonb IS NULL OR (tags IS NOT NULL AND tags::jsonb @> :tags::jsonb))
                        ORDER BY queued_at DESC, id DESC LIMIT 20000) newest) failed, asked
            GROUP BY graph, node, type
            ORDER BY failures DESC, last DESC
            LIMIT :limit) failing
            ORDER BY failures DESC, last DESC""";

    private final Jdbi postgres;

    public FailureGroups(DataSource database) {
        postgres = Jdbi.create(database);
    }

    /**
     * The groups with the most runs first.
     *
     * @param graph the name of a graph; null for any
     * @param since no run that failed before; null for the last day
     * @param tags of runs with all of these, with these values; empty for all runs
     * @param limit at most so many, 1 or more
     */
    public List<FailureGroup> since(
            @Nullable String graph, @Nullable Instant since, Map<String, String> tags, int limit) {
        return postgres.withHandle(handle -> handle.createQuery(GROUPS)
                .bind("graph", graph)
                .bind("since", since == null ? null : Search.time(since))
                .bind("tags", RunFilter.json(tags))
                .bind("limit", limit)
                .map((row, context) -> group(row))
                .list());
    }

    private static FailureGroup group(ResultSet row) throws SQLException {
        List<Long> trend = new ArrayList<>(Collections.nCopies(PARTS, 0L));
        for (Integer part : (Integer[]) row.getArray("parts").getArray()) {
            int place = Math.clamp(part - 1L, 0, PARTS - 1);
            trend.set(place, trend.get(place) + 1);
        }
        return new FailureGroup(
                row.getString("graph"),
                row.getString("node"),
                row.getString("agent"),
                row.getString("type"),
                row.getString("message"),
                row.getLong("failures"),
                Rows.requiredTime(row, "first"),
                Rows.requiredTime(row, "last"),
                trend,
                List.of((String[]) row.getArray("runs").getArray()));
    }
}
