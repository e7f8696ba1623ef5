package dev.postroad.runtime.run.lane;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.engine.graph.BudgetRules;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.QueueRules;
import dev.postroad.engine.run.Admission;
import dev.postroad.engine.run.QueuePlace;
import dev.postroad.runtime.journal.QueueRank;
import dev.postroad.runtime.run.queue.FairRanks;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds out where in the queue a run stands that comes, by what its graph says; for most graphs that is nothing, and costs
 * nothing. Thread-safe.
 */
record QueuePlaces(FairRanks fair) {
    /** What is asked for, with its place in the queue. */
    Admission placed(String runId, Graph graph, Admission asked, Instant at) {
        QueueRules rules = graph.queue();
        QueueRules.Fairness fairness = rules.fairness();
        BudgetRules budget = graph.budgetPeriod() == null ? null : graph.budget();
        if (fairness == null && !rules.hasKeys() && budget == null) {
            return asked;
        }
        ObjectNode run = facts(runId, graph, asked);
        List<String> limits = rules.hasKeys() ? rules.keys(asked.input(), run) : List.of();
        String key = fairness == null ? null : fairness.key().key(asked.input(), run);
        Instant rank = rank(fairness, key, graph, asked, run, at);
        String spender = budget == null ? null : budget.keyOf(asked.input(), run);
        return asked.placed(new QueuePlace(key, rank, spender, limits));
    }

    private @Nullable Instant rank(
            QueueRules.@Nullable Fairness fairness,
            @Nullable String key,
            Graph graph,
            Admission asked,
            ObjectNode run,
            Instant at) {
        if (fairness == null || key == null) {
            return null;
        }
        Instant first = QueueRank.ofArrival(asked, at);
        boolean later = asked.startAt() != null && asked.startAt().isAfter(at);
        return later
                ? first
                : fair.rank(
                        new FairRanks.Line(graph.name(), asked.priority()),
                        key,
                        fairness.weightOf(asked.input(), run),
                        first);
    }

    private static ObjectNode facts(String runId, Graph graph, Admission asked) {
        ObjectNode run = JsonNodeFactory.instance
                .objectNode()
                .put("id", runId)
                .put("graph", graph.name())
                .put("priority", asked.priority());
        ObjectNode tags = run.putObject("tags");
        asked.tags().forEach(tags::put);
        return run;
    }
}
