package dev.postroad.runtime.journal;

import java.time.OffsetDateTime;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** The runs that were deleted, for as long as their ids are known. Thread-safe. */
public final class PrunedRuns {
    private final Jdbi jdbi;

    public PrunedRuns(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** A query by which another statement asks the same of the run whose id an expression of it gives. */
    public static String prunedAt(String runId) {
        return """
                SELECT p.pruned_at FROM postroad.pruned_runs p
                WHERE p.run_id = %1$s AND NOT EXISTS (SELECT FROM postroad.runs r WHERE r.run_id = %1$s)""".formatted(runId);
    }

    /** What is known of a run that is not there any more; empty where there is a run of that id, or never was one. */
    public Optional<PrunedRun> find(String runId) {
        return jdbi.withHandle(handle -> handle.createQuery(prunedAt(":runId"))
                .bind("runId", runId)
                .mapTo(OffsetDateTime.class)
                .findOne()
                .map(at -> new PrunedRun(runId, at.toInstant())));
    }
}
