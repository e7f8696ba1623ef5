package dev.postroad.runtime.history.runs;

import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Finds runs by their ids. Thread-safe. */
public final class RunLookup {
    private static final String SUMMARY = "SELECT " + RunRows.SUMMARY_COLUMNS + """
            , why, worker, since
            FROM postroad.runs LEFT JOIN postroad.unreadable_runs ON run = id
            WHERE run_id = :runId
            """;

    private static final String FIRST =
            "SELECT graph, coalesce(migrations[2], version) AS version FROM postroad.runs" + " WHERE run_id = :runId";

    private final Jdbi postgres;

    public RunLookup(Jdbi postgres) {
        this.postgres = postgres;
    }

    /**
     * The graph of a run.
     *
     * @param version the one that the run began with
     */
    public record First(String graph, int version) {}

    /** The graph of a run, as it was at its beginning; empty where there is no such run. */
    public Optional<First> first(String runId) {
        return postgres.withHandle(handle -> handle.createQuery(FIRST)
                .bind("runId", runId)
                .map((row, context) -> new First(row.getString("graph"), row.getInt("version")))
                .findOne());
    }

    /** The run of an id, with what keeps it from going on. */
    public Optional<RunSummary> find(String runId) {
        return postgres.withHandle(handle -> handle.createQuery(SUMMARY)
                .bind("runId", runId)
                .map((row, context) -> RunRows.summaryWithReason(row))
                .findOne());
    }
}
