package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.engine.graph.Target;
import java.util.List;

/**
 * A state of a run, and what was to follow it.
 *
 * @param next what was to run next
 * @param last the nodes that made the state
 */
public record Snapshot(ObjectNode state, List<Target> next, Triggers triggers, List<String> last) {
    public Snapshot {
        next = List.copyOf(next);
        last = List.copyOf(last);
    }

    /** No state yet, and one node that is handed an input of its own. */
    static Snapshot ofOneTask(String node, ObjectNode input) {
        return new Snapshot(input.objectNode(), List.of(new Target(node, input)), Triggers.NONE, List.of());
    }
}
