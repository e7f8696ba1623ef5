package dev.postroad.runtime.drawing;

import java.util.List;

/**
 * What lines lead to and from.
 *
 * @param id no other of the graph's has it
 * @param notes what else is to be said of it, a line each
 */
public record Step(String id, Shape shape, String title, List<String> notes) {
    /** How it looks. */
    public enum Shape {
        START,
        END,
        NODE,
        /** A node that is a graph itself. */
        GRAPH,
        /** Waits for all that lead to it. */
        JOIN
    }

    public Step {
        notes = List.copyOf(notes);
    }
}
