package dev.postroad.runtime.drawing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A graph with the places of all that is drawn, in pixels from the upper left corner.
 *
 * @param boxes those that hold others before what they hold
 */
public record Drawing(String name, int version, double width, double height, List<Box> boxes, List<Line> lines) {
    public Drawing {
        boxes = List.copyOf(boxes);
        lines = List.copyOf(lines);
    }

    /**
     * A step.
     *
     * @param id the names of the nodes that it is inside, and its own, with slashes between them
     * @param opened whether others are drawn inside it
     */
    public record Box(String id, Step step, boolean opened, Place place) {}

    /** A rectangle. */
    public record Place(double x, double y, double width, double height) {}

    /** A corner of a line. */
    public record Corner(double x, double y) {}

    /**
     * What leads from a step to another.
     *
     * @param label where its text stands; null for none
     */
    public record Line(
            String from,
            String to,
            Link link,
            List<Corner> corners,
            @Nullable Place label) {
        public Line {
            corners = List.copyOf(corners);
        }
    }
}
