package dev.postroad.runtime.history.reasons;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import dev.postroad.runtime.history.definitions.PublishedGraph;
import dev.postroad.runtime.history.reasons.Reason.Step;
import dev.postroad.runtime.history.rows.Search;
import dev.postroad.runtime.history.runs.QueueLimit;
import dev.postroad.runtime.history.runs.RunSummary;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
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
    private static final String UNDER_WAY =
            "SELECT count(*) FROM postroad.runs WHERE graph = :graph AND limited AND status IN ('running', 'waiting') AND ";
    private static final String TAKEN = UNDER_WAY + QueueLimit.COUNTS;
    private static final String TAKEN_BY_KEY = UNDER_WAY + QueueLimit.COUNTS_BY_KEY + " AND (" + QueueLimit.KEYS
            + ") ->> CAST(:place AS integer) = CAST(:key AS text)";
    private static final String APPLIED = ", apply it and migrate the run to that version";

    private final PublishedDefinitions definitions;

    QueueReasons(PublishedDefinitions definitions) {
        this.definitions = definitions;
    }

    Reason of(Handle handle, RunSummary run, RunFacts facts) {
        if (facts.early() && run.waits() != null) {
            return Reason.of(
                    ReasonCode.START_AT,
                    "the run is not to begin before " + run.waits().until(),
                    run.queuedAt(),
                    "wait, or cancel it and trigger another",
                    Step.control("cancel", run.runId()));
        }
        if (!facts.limited() || facts.called()) {
            long before = count(handle, BEFORE, run, facts);
            return Reason.of(
                    ReasonCode.QUEUE,
                    "the run waits for a place among the running; " + before + " are before it",
                    run.queuedAt(),
                    "wait, start another worker, or give workers more places by POSTROAD_MAX_RUNS",
                    Step.control("cancel", run.runId()));
        }
        return limited(handle, run, facts);
    }

    /** The first limit that is full; where none is, what is ahead of it in the queue, or a rate, keeps it waiting. */
    private Reason limited(Handle handle, RunSummary run, RunFacts facts) {
        List<QueueLimit> limits = QueueLimit.ofRun(
                definitions
                        .publishedGraph(run.graph(), run.graphVersion())
                        .<JsonNode>map(PublishedGraph::definition)
                        .orElse(MissingNode.getInstance()),
                facts.limitKeys());
        if (limits.stream().anyMatch(QueueLimit::isPause)) {
            return paused(handle, run, facts);
        }
        for (QueueLimit limit : limits) {
            if (limit.per() == null && !limit.isOfTrigger()) {
                long taken = taken(handle, run, facts, limit);
                if (taken >= limit.runs()) {
                    return full(handle, run, facts, limit, taken);
                }
            }
        }
        return inLine(handle, run, facts, limits);
    }

    /** None of the limits of its graph is full; what counts for those of its trigger is not looked for. */
    private static Reason inLine(Handle handle, RunSummary run, RunFacts facts, List<QueueLimit> limits) {
        String ofTrigger = said(limits, QueueLimit::isOfTrigger);
        String rates = said(limits, limit -> !limit.isOfTrigger() && limit.per() != null);
        boolean hasFull = limits.stream().anyMatch(limit -> limit.isOfTrigger() && limit.per() == null);
        String remedy = !ofTrigger.isEmpty()
                ? "wait, or cancel it and trigger another with other limits"
                : rates.isEmpty() ? "wait" : "wait, or raise queue.rate of the graph" + APPLIED;
        return Reason.of(
                hasFull || (ofTrigger + rates).isEmpty() ? ReasonCode.LIMIT_FULL : ReasonCode.LIMIT_RATE,
                "the run waits for its turn among those of graph " + run.graph() + ", and "
                        + count(handle, BEFORE_IN_GRAPH, run, facts) + " are before it"
                        + (ofTrigger.isEmpty() ? "" : "; its trigger says " + ofTrigger)
                        + (rates.isEmpty() ? "" : "; the graph has " + rates),
                run.queuedAt(),
                remedy,
                ofTrigger.isEmpty() ? migration(run, facts) : new Step[] {Step.control("cancel", run.runId())});
    }

    private static String said(List<QueueLimit> limits, Predicate<QueueLimit> which) {
        return limits.stream().filter(which).map(QueueLimit::said).collect(Collectors.joining(", "));
    }

    private static Reason paused(Handle handle, RunSummary run, RunFacts facts) {
        long before = count(handle, BEFORE_IN_GRAPH, run, facts);
        return Reason.of(
                ReasonCode.GRAPH_PAUSED,
                "graph " + run.graph() + " is paused in its version " + run.graphVersion()
                        + ", so that none of its runs begins, and " + before + " wait before this one",
                run.queuedAt(),
                "take queue.paused out of the graph" + APPLIED,
                migration(run, facts));
    }

    private static long taken(Handle handle, RunSummary run, RunFacts facts, QueueLimit limit) {
        return limit.isByKey()
                ? handle.createQuery(TAKEN_BY_KEY)
                        .bind("graph", run.graph())
                        .bind("place", limit.place())
                        .bind("key", limit.key())
                        .mapTo(Long.class)
                        .one()
                : count(handle, TAKEN, run, facts);
    }

    private static Reason full(Handle handle, RunSummary run, RunFacts facts, QueueLimit limit, long taken) {
        long before = count(handle, BEFORE_IN_GRAPH, run, facts);
        return Reason.of(
                ReasonCode.LIMIT_FULL,
                "graph " + run.graph() + " has " + taken + " runs under way" + limit.ofKey() + ", of " + limit.runs()
                        + " that it may have, and " + before + " wait before this one",
                run.queuedAt(),
                "wait, cancel one of those under way, which `postroad runs --graph " + run.graph()
                        + " --status running,waiting` lists, or raise " + limit.field() + " of the graph" + APPLIED,
                migration(run, facts));
    }

    /** A run in the queue goes by the version with which it came, however many there are since. */
    private static Step[] migration(RunSummary run, RunFacts facts) {
        Integer newest = facts.newerThan(run.graphVersion());
        return newest == null ? new Step[0] : new Step[] {Step.migrate(run.runId(), newest)};
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
