package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.engine.graph.Graph;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a graph has come to, beside the superstep that is under way: what those before it have left. Immutable.
 *
 * @param last the node whose result made the state what it is, for an update that names none; several are ambiguous
 * @param closed the nodes of the superstep before, for the interrupts after them
 * @param lineage null for a graph of supersteps; else see {@link Eager}
 */
record Position(
        Triggers triggers,
        List<String> last,
        List<String> closed,
        @Nullable Lineage lineage) {
    /** Of a graph that begins, or begins anew, with a state that everybody sees. */
    static Position from(Graph graph, ObjectNode state, Triggers triggers, List<String> last) {
        return new Position(triggers, last, List.of(), graph.foresight() == null ? null : Lineage.from(state));
    }

    /**
     * After a superstep.
     *
     * @param ran its nodes that were triggered
     */
    Position after(Superstep over, List<String> ran, Triggers left, @Nullable Lineage known) {
        return new Position(left, ran.isEmpty() ? last : ran, over.nodes(), known);
    }

    Position with(Triggers left) {
        return new Position(left, last, closed, lineage);
    }

    Position with(@Nullable Lineage known) {
        return new Position(triggers, last, closed, known);
    }
}
