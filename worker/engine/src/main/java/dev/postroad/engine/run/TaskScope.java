package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.engine.expression.Scope;
import dev.postroad.engine.graph.Node;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the expressions of a task may refer to. */
final class TaskScope {
    private TaskScope() {}

    static Scope of(Run run, Frame frame, Task task, JsonNode result) {
        JsonNode handed = task.place().input();
        return frame.scope(
                run.id(),
                frame.state(),
                result,
                handed == null ? frame.input() : handed,
                others(frame.graph().node(task.node()), task));
    }

    /** What there is besides the state. */
    private static Map<String, JsonNode> others(Node node, Task task) {
        Task.Place place = task.place();
        if (place.error() == null && node.elementNames().isEmpty()) {
            return Map.of();
        }
        Map<String, JsonNode> others = new LinkedHashMap<>();
        for (String name : node.elementNames()) {
            JsonNode element = place.input() == null ? null : place.input().get(name);
            others.put(name, element == null ? NullNode.instance : element);
        }
        if (place.error() != null) {
            others.put("error", json(place.error()));
        }
        return others;
    }

    /** A failure, as its handler sees it. */
    static ObjectNode json(RunError error) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("type", error.type())
                .put("message", error.message())
                .put("node", error.node());
    }
}
