package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.contracts.json.Shown;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Target;
import java.util.ArrayList;
import java.util.List;

/** Moves what one version of a graph has come to into another version, where that has a place for all of it. */
final class Transplant {
    private Transplant() {}

    /**
     * What a run of another version is to go on with.
     *
     * @throws RefusedException with everything that has no place there
     */
    static Snapshot into(Graph graph, Frame from) throws RefusedException {
        List<String> misfits = misfits(graph, from);
        if (!misfits.isEmpty()) {
            throw new RefusedException(
                    RunError.BAD_OUTPUT,
                    "version " + graph.version() + " of graph " + graph.name() + " cannot go on from there: "
                            + String.join("; ", misfits));
        }
        return moved(graph, from);
    }

    /** As {@link #into}, of what has no misfits. */
    static Snapshot moved(Graph graph, Frame from) {
        Snapshot snapshot = from.snapshot();
        if (graph.equals(from.graph())) {
            return snapshot;
        }
        List<String> last = snapshot.last().stream()
                .filter(node ->
                        node.equals(EdgeDefinition.START) || graph.nodes().containsKey(node))
                .toList();
        ObjectNode state = graph.initialState();
        state.setAll(snapshot.state());
        return new Snapshot(state, snapshot.next(), graph.memoryless() ? Triggers.NONE : snapshot.triggers(), last);
    }

    /** Everything that has no place there, for people. */
    static List<String> misfits(Graph graph, Frame from) {
        if (graph.equals(from.graph())) {
            return List.of();
        }
        Snapshot snapshot = from.snapshot();
        List<String> misfits = new ArrayList<>();
        String refusal = graph.refusalOfState(snapshot.state());
        if (refusal != null) {
            misfits.add(refusal);
        }
        List<String> gone = snapshot.next().stream()
                .map(Target::node)
                .filter(node -> !graph.nodes().containsKey(node))
                .distinct()
                .toList();
        if (!gone.isEmpty()) {
            misfits.add("it has no node " + Shown.names(gone) + ", which was to run next");
        }
        boolean remembers = !snapshot.triggers().equals(Triggers.NONE);
        if (remembers && !(graph.joins().equals(from.graph().joins()) && hasAll(graph, snapshot.triggers()))) {
            misfits.add("its joins or deferred nodes are others, and some of the old ones were under way");
        }
        return misfits;
    }

    private static boolean hasAll(Graph graph, Triggers triggers) {
        return graph.nodes().keySet().containsAll(triggers.deferred())
                && triggers.deferred().stream()
                        .allMatch(node -> graph.node(node).defer());
    }
}
