package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found out about a run's place in the queue when it was admitted, by what its graph says.
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
