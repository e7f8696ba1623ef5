package dev.postroad.runtime.run.lane;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.QueueRules;
import dev.postroad.engine.run.Admission;
import dev.postroad.engine.run.QueuePlace;
import dev.postroad.runtime.journal.QueueRank;
import dev.postroad.runtime.run.queue.FairRanks;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Finds out where in the queue a run stands that comes, by what its graph or its trigger says; for most that is nothing, and costs
 * nothing. Thread-safe.
 */
record QueuePlaces(FairRanks fair) {
    /** What is asked for, with its place in the queue. */
    Admission placed(String runId, Graph graph, Admission asked, Instant at) {
        QueueRules.Fairness fairness = asked.queue(graph).fairness();
        if (fairness == null && !QueuePlace.isPlaced(graph, asked)) {
            return asked;
        }
        ObjectNode run = QueuePlace.facts(runId, graph, asked);
        String key = fairness == null ? null : fairness.key().key(asked.input(), run);
        Instant rank = rank(fairness, key, graph, asked, run, at);
        return asked.placed(QueuePlace.of(graph, asked, run, key, rank));
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
}
