package dev.postroad.runtime.history.runs;

import dev.postroad.runtime.history.rows.Rows;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Finds runs by their ids. Thread-safe. */
public final class RunLookup {
    /** What was spent since the last change of status is in the journal alone. */
    private static final String SUMMARY = "SELECT r.*, why, worker, since FROM (SELECT id, " + RunRows.COLUMNS_BUT_SPENT
            + ", " + RunPlaces.COLUMN + """
            , coalesce(runs.tokens, 0) + since.tokens AS tokens,
                   coalesce(runs.cost + since.cost, runs.cost, since.cost) AS cost
            FROM postroad.runs CROSS JOIN LATERAL (
                SELECT coalesce(sum((data #>> '{usage,inputTokens}')::bigint
                                    + (data #>> '{usage,outputTokens}')::bigint), 0)::bigint AS tokens,
                       sum((data #>> '{usage,cost}')::numeric) AS cost
                FROM postroad.journal
                WHERE run = runs.id AND seq > status_seq
                  AND type IN ('node.completed', 'node.failed', 'node.retrying', 'node.waiting', 'node.calling')) since
            WHERE run_id = :runId) r
            LEFT JOIN postroad.unreadable_runs ON run = r.id
            """;

    private static final String TAGS = "SELECT tags FROM postroad.runs WHERE run_id = :runId";
    private static final String FIRST =
            "SELECT id, graph, coalesce(migrations[2], version) AS version, traceparent FROM postroad.runs WHERE run_id = :runId";

    private final Jdbi postgres;

    public RunLookup(Jdbi postgres) {
        this.postgres = postgres;
    }

    /**
     * What a run is by.
     *
     * @param number what the run is called in the database; never given to another one
     * @param version of its graph, the one that the run began with
     * @param traceParent what its trigger had as trace context; null for none
     */
    public record First(
            long number,
            String graph,
            int version,
            @Nullable String traceParent) {}

    /** The graph of a run, as it was at its beginning; empty where there is no such run. */
    public Optional<First> first(String runId) {
        return postgres.withHandle(handle -> handle.createQuery(FIRST)
                .bind("runId", runId)
                .map((row, context) -> new First(
                        row.getLong("id"), row.getString("graph"), row.getInt("version"), row.getString("traceparent")))
                .findOne());
    }

    /** The tags of a run; empty where there is no such run. */
    public Optional<Map<String, String>> tags(String runId) {
        return postgres.withHandle(handle -> handle.createQuery(TAGS)
                .bind("runId", runId)
                .map((row, context) -> Rows.tags(row))
                .findOne());
    }

    /** The run of an id, with what keeps it from going on and what it spent until now. */
    public Optional<RunSummary> find(String runId) {
        return postgres.withHandle(handle -> handle.createQuery(SUMMARY)
                .bind("runId", runId)
                .map((row, context) -> RunRows.summaryWithReason(row))
                .findOne());
    }
}
