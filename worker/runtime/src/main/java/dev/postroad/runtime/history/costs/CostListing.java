package dev.postroad.runtime.history.costs;

import dev.postroad.runtime.history.rows.Rows;
import dev.postroad.runtime.history.rows.Search;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Adds up what runs and agents used. Thread-safe. */
public final class CostListing {
    /** What is told unless somebody says since when. */
    private static final Duration USUAL_SPAN = Duration.ofDays(30);

    private static final int MOST = 1_000;
    private static final String OF_RUNS = """
            SELECT %1$s AS name, count(*) AS runs, coalesce(sum(tokens), 0) AS tokens, coalesce(sum(cost), 0) AS cost
            FROM postroad.runs WHERE queued_at >= :since GROUP BY 1 ORDER BY %2$s LIMIT :most""";
    private static final String BY_GRAPH = OF_RUNS.formatted("graph", "4 DESC, 3 DESC, 1");
    private static final String BY_DAY =
            OF_RUNS.formatted("to_char(queued_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')", "1 DESC");
    private static final String BY_AGENT = """
            SELECT m.agent, a.definition ->> 'model' AS model, m.calls, m.tokens_in, m.tokens_out,
                   (m.tokens_in * (p.definition ->> 'inputTokens')::numeric + m.tokens_out * (p.definition ->> 'outputTokens')::numeric)
                       / coalesce((p.definition ->> 'per')::numeric, 1000000) AS cost
            FROM (SELECT agent, sum(calls) AS calls, sum(tokens_in) AS tokens_in, sum(tokens_out) AS tokens_out
                  FROM postroad.agent_metrics WHERE minute >= :since GROUP BY agent) m
            LEFT JOIN postroad.agents a ON a.name = m.agent
            LEFT JOIN postroad.prices p ON p.name = a.definition ->> 'model' AND p.removed_at IS NULL
            ORDER BY m.tokens_in + m.tokens_out DESC, m.calls DESC, m.agent LIMIT :most""";

    private final Jdbi postgres;

    public CostListing(Jdbi postgres) {
        this.postgres = postgres;
    }

    /**
     * What was used since a time.
     *
     * @param since null for thirty days ago
     */
    public CostReport since(@Nullable Instant since) {
        return postgres.withHandle(handle -> {
            Instant from = since == null ? usual(handle) : since;
            return new CostReport(
                    from, ofRuns(handle, BY_GRAPH, from), ofRuns(handle, BY_DAY, from), ofAgents(handle, from));
        });
    }

    private static Instant usual(Handle handle) {
        return handle.createQuery("SELECT statement_timestamp() AS at")
                .map((row, context) -> Rows.requiredTime(row, "at"))
                .one()
                .minus(USUAL_SPAN);
    }

    private static List<CostReport.OfRuns> ofRuns(Handle handle, String sql, Instant since) {
        return handle.createQuery(sql)
                .bind("since", Search.time(since))
                .bind("most", MOST)
                .map((row, context) -> new CostReport.OfRuns(
                        row.getString("name"), row.getLong("runs"), row.getLong("tokens"), row.getBigDecimal("cost")))
                .list();
    }

    private static List<CostReport.OfAgent> ofAgents(Handle handle, Instant since) {
        return handle.createQuery(BY_AGENT)
                .bind("since", Search.time(since))
                .bind("most", MOST)
                .map((row, context) -> new CostReport.OfAgent(
                        row.getString("agent"),
                        row.getString("model"),
                        row.getLong("calls"),
                        row.getLong("tokens_in"),
                        row.getLong("tokens_out"),
                        row.getBigDecimal("cost")))
                .list();
    }
}
