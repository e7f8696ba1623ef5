package dev.postroad.runtime.journal;

import java.time.OffsetDateTime;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** The runs that were deleted, for as long as their ids are known. Thread-safe. */
public final class PrunedRuns {
    private static final String FIND = """
            SELECT pruned_at FROM postroad.pruned_runs
            WHERE run_id = :runId AND NOT EXISTS (SELECT FROM postroad.runs WHERE run_id = :runId)""";

    private final Jdbi jdbi;

    public PrunedRuns(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** What is known of a run that is not there any more; empty where there is a run of that id, or never was one. */
    public Optional<PrunedRun> find(String runId) {
        return jdbi.withHandle(handle -> handle.createQuery(FIND)
                .bind("runId", runId)
                .mapTo(OffsetDateTime.class)
                .findOne()
                .map(at -> new PrunedRun(runId, at.toInstant())));
    }
}
