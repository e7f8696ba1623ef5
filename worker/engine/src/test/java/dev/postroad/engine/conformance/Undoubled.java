package dev.postroad.engine.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes out of a record what LangGraph doubles: the value of an appended channel that a subgraph had been given, and gave
 * back before what it wrote itself.
 */
final class Undoubled {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** By channel, what to replace by what; in the order of the updates. */
    private final Map<String, List<Map.Entry<List<JsonNode>, List<JsonNode>>>> replacements = new HashMap<>();

    Undoubled(JsonNode recorded, JsonNode expected) {
        ObjectNode values = NODES.objectNode();
        JsonNode input = recorded.path("steps").path(0).path("input");
        input.properties().forEach(write -> values.set(write.getKey(), write.getValue()));
        JsonNode updates = expected.has("updates") ? expected.get("updates") : expected.path("updatesUnordered");
        for (JsonNode update : updates) {
            update.properties()
                    .forEach(node -> learn(
                            values,
                            recorded.path("graph")
                                    .path("nodes")
                                    .path(node.getKey())
                                    .has("subgraph"),
                            node.getValue()));
        }
    }

    private void learn(ObjectNode values, boolean subgraph, JsonNode writes) {
        for (Map.Entry<String, JsonNode> write : writes.properties()) {
            if (!(write.getValue() instanceof ArrayNode)) {
                continue;
            }
            List<JsonNode> written = list(write.getValue());
            List<JsonNode> before = list(values.path(write.getKey()));
            if (subgraph
                    && written.size() >= before.size()
                    && written.subList(0, before.size()).equals(before)) {
                replacements
                        .computeIfAbsent(write.getKey(), channel -> new ArrayList<>())
                        .add(Map.entry(written, written.subList(before.size(), written.size())));
            }
            List<JsonNode> after = new ArrayList<>(before);
            after.addAll(written);
            values.set(write.getKey(), NODES.arrayNode().addAll(after));
        }
    }

    JsonNode of(JsonNode tree) {
        if (tree instanceof ArrayNode list) {
            ArrayNode all = NODES.arrayNode();
            list.forEach(element -> all.add(of(element)));
            return all;
        }
        if (!(tree instanceof ObjectNode object)) {
            return tree;
        }
        ObjectNode all = NODES.objectNode();
        object.properties()
                .forEach(field -> all.set(
                        field.getKey(),
                        field.getValue() instanceof ArrayNode && replacements.containsKey(field.getKey())
                                ? undoubled(field.getKey(), list(field.getValue()))
                                : of(field.getValue())));
        return all;
    }

    private ArrayNode undoubled(String channel, List<JsonNode> value) {
        List<JsonNode> result = new ArrayList<>(value);
        for (Map.Entry<List<JsonNode>, List<JsonNode>> replacement : replacements.getOrDefault(channel, List.of())) {
            int place = Collections.indexOfSubList(result, replacement.getKey());
            // The subgraph's own update starts with the prefix; in the value the prefix stands once more before it.
            if (place >= 0) {
                for (int i = replacement.getKey().size()
                                - replacement.getValue().size();
                        i > 0;
                        i--) {
                    result.remove(place);
                }
            }
        }
        return NODES.arrayNode().addAll(result);
    }

    private static List<JsonNode> list(JsonNode value) {
        List<JsonNode> elements = new ArrayList<>();
        value.forEach(elements::add);
        return elements;
    }
}
