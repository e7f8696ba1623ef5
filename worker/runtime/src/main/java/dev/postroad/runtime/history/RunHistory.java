package dev.postroad.runtime.history;

import dev.postroad.contracts.message.RunEvent;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** What Postgres holds of runs. Sees what was committed before the call. Thread-safe. */
public final class RunHistory {
    private static final String SUMMARY = """
            SELECT run_id, graph, version, status, priority, input, tags, error, queued_at, started_at, ended_at
            FROM postroad.runs
            """;
    private static final String JOURNAL = """
            SELECT r.run_id, r.graph, r.version AS graph_version, j.seq, j.type, j.at, j.node, j.task, j.attempt,
                   j.superstep, j.version, extract(epoch FROM j.duration) * 1000 AS duration_millis, j.progress, j.data
            FROM postroad.journal j
            JOIN postroad.runs r ON r.id = j.run
            WHERE r.run_id = :runId AND j.seq >= :fromSeq
            ORDER BY j.seq
            """;
    private static final RowMapper<RunSummary> AS_SUMMARY = (row, context) -> Rows.summary(row);
    private static final RowMapper<RunEvent> AS_EVENT = (row, context) -> Rows.event(row);

    private final Jdbi postgres;

    public RunHistory(DataSource database) {
        postgres = Jdbi.create(database);
    }

    /** The run of an id. */
    public Optional<RunSummary> find(String runId) {
        return postgres.withHandle(handle -> handle.createQuery(SUMMARY + "WHERE run_id = :runId")
                .bind("runId", runId)
                .map(AS_SUMMARY)
                .findOne());
    }

    /** The runs that were admitted last, the newest first. */
    public List<RunSummary> newest(int limit, RunFilter filter) {
        String status = filter.status() == null ? null : filter.status().publicName();
        // By id: runs get theirs in the order of their admission, and it has an index.
        String asked = "WHERE (:status::text IS NULL OR status = :status) AND (:graph::text IS NULL OR graph = :graph)"
                + " ORDER BY id DESC LIMIT :limit";
        return postgres.withHandle(handle -> handle.createQuery(SUMMARY + asked)
                .bind("status", status)
                .bind("graph", filter.graph())
                .bind("limit", limit)
                .map(AS_SUMMARY)
                .list());
    }

    /** The journal of a run from a place on; empty where there is no such run. */
    public List<RunEvent> events(String runId, int fromSeq) {
        return postgres.withHandle(handle -> handle.createQuery(JOURNAL)
                .bind("runId", runId)
                .bind("fromSeq", fromSeq)
                .map(AS_EVENT)
                .list());
    }

    /**
     * The state of a run.
     *
     * @param version the number of the state; null for the newest
     * @return empty where there is no such run, or it has no such version
     * @throws CorruptHistoryException where the journal does not fit its graph
     */
    public Optional<RunState> state(String runId, @Nullable Integer version) {
        List<RunEvent> journal = events(runId, 1);
        if (journal.isEmpty()) {
            return Optional.empty();
        }
        RunEvent first = journal.getFirst();
        return StateFold.of(journal, definitions().graph(first.graph(), first.graphVersion()), version);
    }

    private PublishedDefinitions definitions() {
        return new PublishedDefinitions(postgres);
    }
}
