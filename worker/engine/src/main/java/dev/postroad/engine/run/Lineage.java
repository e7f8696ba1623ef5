package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * What a graph remembers of supersteps that are over, for tasks that do not see all of them. Immutable.
 *
 * @param base the state that every task sees; must not be changed
 * @param done the tasks that are done since, in merge order
 * @param arrived the ids of the tasks that each join has seen since its target last ran, by the join's index
 */
record Lineage(ObjectNode base, List<Task> done, Map<Integer, List<String>> arrived) {
    /** All that there is was written to a state that everybody sees. */
    static Lineage from(ObjectNode state) {
        return new Lineage(state, List.of(), Map.of());
    }
}
