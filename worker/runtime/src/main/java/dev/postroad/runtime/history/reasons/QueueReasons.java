package dev.postroad.runtime.history.reasons;

import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import dev.postroad.runtime.history.reasons.Reason.Step;
import dev.postroad.runtime.history.rows.Search;
import dev.postroad.runtime.history.runs.RunSummary;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatements;

/** Says why a run has not begun. Thread-safe. */
final class QueueReasons {
    private static final String BEFORE = """
            SELECT count(*) FROM postroad.runs
            WHERE status = 'queued' AND NOT limited AND (rank, id) < (:rank, :run)
              AND (wake_at IS NULL OR wake_at <= clock_timestamp())""";
    private static final String BEFORE_IN_GRAPH = """
            SELECT (SELECT count(*) FROM postroad.runs
                    WHERE graph = :graph AND status = 'queued' AND limited AND turn_at IS NULL AND (rank, id) < (:rank, :run)
                      AND wake_at IS NULL)
                 + (SELECT count(*) FROM postroad.runs
                    WHERE graph = :graph AND status = 'queued' AND limited AND turn_at IS NULL AND (rank, id) < (:rank, :run)
                      AND wake_at <= clock_timestamp())""";
    private static final String TAKEN = """
            SELECT count(*) FROM postroad.runs WHERE graph = :graph AND limited AND status IN ('running', 'waiting')""";

    private final PublishedDefinitions definitions;

    QueueReasons(PublishedDefinitions definitions) {
        this.definitions = definitions;
    }

    Reason of(Handle handle, RunSummary run, RunFacts facts) {
        if (facts.early() && run.waits() != null) {
            return Reason.of(
                    "start-at",
                    "the run is not to begin before " + run.waits().until(),
                    run.queuedAt(),
                    "wait, or cancel it and trigger another",
                    Step.control("cancel", run.runId()));
        }
        if (!facts.limited() || facts.called()) {
            long before = count(handle, BEFORE, run, facts);
            return Reason.of(
                    "queue",
                    "the run waits for a place among the running; " + before + " are before it",
                    run.queuedAt(),
                    "wait, start another worker, or give workers more places by POSTROAD_MAX_RUNS",
                    Step.control("cancel", run.runId()));
        }
        long before = count(handle, BEFORE_IN_GRAPH, run, facts);
        long taken = count(handle, TAKEN, run, facts);
        String most = definitions
                .publishedGraph(run.graph(), null)
                .map(graph -> graph.definition().at("/limits/runs").asText())
                .filter(text -> !text.isEmpty())
                .map(text -> ", of " + text + " that it may have")
                .orElse("");
        return Reason.of(
                "limit-full",
                "graph " + run.graph() + " has " + taken + " runs under way" + most + ", and " + before
                        + " wait before this one",
                run.queuedAt(),
                "wait, raise limits.runs of the graph and apply it, or cancel one of those under way",
                Step.control("cancel", run.runId()));
    }

    private static long count(Handle handle, String sql, RunSummary run, RunFacts facts) {
        return handle.createQuery(sql)
                .bind("graph", run.graph())
                .bind("rank", Search.time(facts.rank()))
                .bind("run", facts.number())
                .configure(SqlStatements.class, statements -> statements.setUnusedBindingAllowed(true))
                .mapTo(Long.class)
                .one();
    }
}
