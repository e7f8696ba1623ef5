package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.Reducer;
import dev.postroad.engine.graph.Channel;
import dev.postroad.engine.graph.Graph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a graph holds between two supersteps. Immutable.
 *
 * @param state must not be changed
 * @param mostBytes what the state takes at the most, as JSON; so that it need not be measured after every change
 * @param written what its tasks wrote, in merge order; kept for a graph inside another alone
 */
record Contents(ObjectNode state, long mostBytes, List<ObjectNode> written) {
    /** With another state, which is measured. */
    Contents with(ObjectNode other) {
        return new Contents(other, JsonSizes.of(other), written);
    }

    /** With what the tasks of a superstep wrote. */
    List<ObjectNode> writtenWith(Superstep over) {
        List<ObjectNode> all = new ArrayList<>(written);
        over.tasks().forEach(task -> all.addAll(task.writes()));
        return all;
    }

    /** What was written to channels that another graph has too: all writes, or the last where one must do. */
    List<ObjectNode> writtenFor(Graph other) {
        List<ObjectNode> shared = new ArrayList<>();
        Map<String, ObjectNode> latest = new HashMap<>();
        for (ObjectNode writes : written) {
            ObjectNode part = JsonNodeFactory.instance.objectNode();
            for (Map.Entry<String, JsonNode> write : writes.properties()) {
                Channel channel = other.channels().get(write.getKey());
                if (channel == null) {
                    continue;
                }
                if (channel.reducer() == Reducer.LAST) {
                    ObjectNode before = latest.put(channel.name(), part);
                    if (before != null) {
                        before.remove(channel.name());
                    }
                }
                part.set(channel.name(), write.getValue());
            }
            shared.add(part);
        }
        shared.removeIf(ObjectNode::isEmpty);
        return shared;
    }
}
