package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.engine.expression.Budget;
import java.util.List;

/** Merges once more what was merged when events were decided on, for those that read them back. */
final class Replay {
    private Replay() {}

    /** The state once the superstep of a graph is over. */
    static ObjectNode merged(String run, Frame frame) {
        try {
            return frame.merged(Budget.ofReplay());
        } catch (MergeConflictException conflict) {
            throw unreplayable(run, conflict);
        }
    }

    /** The state with what was written in the name of a node. */
    static ObjectNode merged(String run, Frame frame, String source, ObjectNode writes) {
        try {
            return Merge.apply(
                    frame.graph(), frame.state(), List.of(new Merge.Source(source, writes)), Budget.ofReplay());
        } catch (MergeConflictException conflict) {
            throw unreplayable(run, conflict);
        }
    }

    /** As {@link Eager#closed}. */
    static Frame closedEagerly(String run, Frame frame) {
        try {
            return Eager.closed(frame, Budget.ofReplay());
        } catch (MergeConflictException conflict) {
            throw unreplayable(run, conflict);
        }
    }

    private static IllegalStateException unreplayable(String run, MergeConflictException conflict) {
        return new IllegalStateException("the journal of run " + run + " cannot be replayed", conflict);
    }
}
