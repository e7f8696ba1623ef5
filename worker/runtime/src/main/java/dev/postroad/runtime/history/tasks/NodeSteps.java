package dev.postroad.runtime.history.tasks;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.runtime.history.rows.JsonFields;
import java.util.List;

/**
 * What the nodes of a run did, superstep by superstep.
 *
 * @param truncated whether the oldest are left out
 * @param breakpoints at which nodes it was last said to pause
 */
public record NodeSteps(List<NodeStep> steps, boolean truncated, Breakpoints breakpoints) {
    public NodeSteps {
        steps = List.copyOf(steps);
    }

    /** As HTTP answers it. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set(
                "steps",
                JsonFields.list(
                        steps,
                        step -> JsonNodeFactory.instance
                                .objectNode()
                                .put("path", step.path())
                                .put("node", step.node())
                                .put("superstep", step.superstep())
                                .put("status", step.status())
                                .put("tasks", step.tasks())
                                .put("task", step.task())));
        json.put("truncated", truncated);
        breakpoints.put(json.putObject("breakpoints"));
        return json;
    }
}
