package dev.postroad.runtime.history.runs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.runtime.history.rows.JsonFields;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A limit on the runs of a graph, as its newest version says it, and its use by all runs of the graph.
 *
 * @param field where the graph says it, such as {@code queue.concurrency}
 * @param place its place in that field, from 0
 * @param key what it counts by; null where it counts all runs of the graph
 * @param runs the most
 * @param per within what time so many may begin; null where so many may be under way at once
 * @param used those that use it most
 */
public record LimitReport(
        String graph,
        int version,
        String field,
        int place,
        @Nullable String key,
        int runs,
        @Nullable String per,
        List<Use> used) {
    public LimitReport {
        used = List.copyOf(used);
    }

    /**
     * How many runs are under way, or began within the time of a rate.
     *
     * @param key whose; empty where all runs of the graph count, or have no key
     */
    public record Use(String key, long runs) {
        private ObjectNode toJson() {
            return JsonFields.object().put("key", key).put("runs", runs);
        }
    }

    /** As JSON, without what it does not say. */
    public ObjectNode toJson() {
        ObjectNode json = JsonFields.object()
                .put("graph", graph)
                .put("graphVersion", version)
                .put("field", field)
                .put("place", place)
                .put("runs", runs);
        if (key != null) {
            json.put("key", key);
        }
        if (per != null) {
            json.put("per", per);
        }
        json.set("used", JsonFields.list(used, Use::toJson));
        return json;
    }
}
