package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.engine.expression.Budget;
import dev.postroad.engine.graph.Channel;
import dev.postroad.engine.graph.ConflictException;
import dev.postroad.engine.graph.Graph;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Applies writes to a state, channel by channel, in the order given. The state before is left as it was. */
final class Merge {
    private Merge() {}

    /** One task's writes, in their order, or the input's. */
    record Source(String node, List<ObjectNode> writes) {
        Source(String node, ObjectNode writes) {
            this(node, List.of(writes));
        }
    }

    static ObjectNode apply(Graph graph, ObjectNode state, List<Source> sources, Budget budget)
            throws MergeConflictException {
        budget.renew();
        if (sources.size() == 1 && sources.getFirst().writes().size() == 1) {
            return applyOne(graph, state, sources, budget);
        }
        Map<String, List<JsonNode>> byChannel = new LinkedHashMap<>();
        for (Source source : sources) {
            for (ObjectNode writes : source.writes()) {
                for (Map.Entry<String, JsonNode> write : writes.properties()) {
                    byChannel
                            .computeIfAbsent(write.getKey(), name -> new ArrayList<>(2))
                            .add(write.getValue());
                }
            }
        }
        if (byChannel.isEmpty()) {
            return state;
        }
        ObjectNode merged = JsonNodeFactory.instance.objectNode();
        merged.setAll(state);
        for (Map.Entry<String, List<JsonNode>> writes : byChannel.entrySet()) {
            Channel channel = Objects.requireNonNull(graph.channel(writes.getKey()), writes.getKey());
            merged.set(channel.name(), reduce(channel, state, writes.getValue(), sources, budget));
        }
        return merged;
    }

    /** As most steps are: one task, with one write for each channel. */
    private static ObjectNode applyOne(Graph graph, ObjectNode state, List<Source> sources, Budget budget)
            throws MergeConflictException {
        ObjectNode writes = sources.getFirst().writes().getFirst();
        if (writes.isEmpty()) {
            return state;
        }
        ObjectNode merged = JsonNodeFactory.instance.objectNode();
        merged.setAll(state);
        for (Map.Entry<String, JsonNode> write : writes.properties()) {
            Channel channel = Objects.requireNonNull(graph.channel(write.getKey()), write.getKey());
            merged.set(channel.name(), reduce(channel, state, List.of(write.getValue()), sources, budget));
        }
        return merged;
    }

    private static JsonNode reduce(
            Channel channel, ObjectNode state, List<JsonNode> writes, List<Source> sources, Budget budget)
            throws MergeConflictException {
        try {
            return channel.reduce(state.get(channel.name()), writes, budget);
        } catch (ConflictException conflict) {
            List<String> nodes = sources.stream()
                    .filter(source -> source.writes().stream().anyMatch(part -> part.has(channel.name())))
                    .map(Source::node)
                    .toList();
            throw new MergeConflictException(channel.name(), nodes, conflict);
        }
    }
}
