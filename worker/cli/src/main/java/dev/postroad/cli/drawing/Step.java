package dev.postroad.cli.drawing;

import java.util.List;

/**
 * What lines lead to and from.
 *
 * @param id no other of the graph's has it
 * @param notes what else is to be said of it, a line each
 */
record Step(String id, Shape shape, String title, List<String> notes) {
    /** How it looks. */
    enum Shape {
        START,
        END,
        NODE,
        /** A node that is a graph itself. */
        GRAPH,
        /** Waits for all that lead to it. */
        JOIN
    }

    Step {
        notes = List.copyOf(notes);
    }
}
