package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.engine.graph.BudgetRules;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.QueueRules;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found out about a run's place in the queue when it was admitted, by what its graph says; what it is counted by
 * anew when the run has gone over to another version of it.
 *
 * @param key whose turn it takes; null where its graph has no fairness
 * @param rank its place among those that wait, the earlier the better; null with {@code key}
 * @param budget whose budget its agents spend; null where its graph has none that runs share
 * @param limits its key for each limit of its graph, see {@link dev.postroad.engine.graph.QueueRules#keys}
 */
public record QueuePlace(
        @Nullable String key,
        @Nullable Instant rank,
        @Nullable String budget,
        List<String> limits) {
    public QueuePlace {
        limits = List.copyOf(limits);
    }

    /** What expressions of a graph know of a run besides its input. */
    public static ObjectNode facts(String runId, Graph graph, Admission asked) {
        ObjectNode run = JsonNodeFactory.instance
                .objectNode()
                .put("id", runId)
                .put("graph", graph.name())
                .put("priority", asked.priority());
        ObjectNode tags = run.putObject("tags");
        asked.tags().forEach(tags::put);
        return run;
    }

    /**
     * The place of a run whose turn is known.
     *
     * @param run its {@link #facts}
     */
    public static QueuePlace of(
            Graph graph, Admission asked, ObjectNode run, @Nullable String key, @Nullable Instant rank) {
        QueueRules rules = asked.queue(graph);
        BudgetRules budget = asked.sharedBudget(graph);
        return new QueuePlace(
                key,
                rank,
                budget == null ? null : budget.keyOf(graph.budget(), asked.input(), run),
                rules.hasKeys() ? rules.keys(asked.input(), run) : List.of());
    }

    /** Whether a run is counted by keys of its own, beside whose turn it takes. */
    public static boolean isPlaced(Graph graph, Admission asked) {
        return asked.queue(graph).hasKeys() || asked.sharedBudget(graph) != null;
    }

    /** The same turn, counted by what another version of the graph says; null where there is nothing of either. */
    static @Nullable QueuePlace under(String runId, Graph graph, Admission asked) {
        QueuePlace before = asked.place();
        if ((before == null || before.key() == null) && !isPlaced(graph, asked)) {
            return null;
        }
        return of(
                graph,
                asked,
                facts(runId, graph, asked),
                before == null ? null : before.key(),
                before == null ? null : before.rank());
    }

    void put(ObjectNode data) {
        if (key != null) {
            data.put("key", key);
        }
        if (rank != null) {
            data.put("rank", rank.toString());
        }
        if (budget != null) {
            data.put("budget", budget);
        }
        if (!limits.isEmpty()) {
            ArrayNode all = data.putArray("limits");
            limits.forEach(all::add);
        }
    }

    static QueuePlace of(JsonNode data) {
        List<String> limits = new ArrayList<>();
        data.path("limits").forEach(limit -> limits.add(limit.asText()));
        return new QueuePlace(
                data.path("key").textValue(),
                data.has("rank") ? Instant.parse(data.get("rank").asText()) : null,
                data.path("budget").textValue(),
                limits);
    }
}
