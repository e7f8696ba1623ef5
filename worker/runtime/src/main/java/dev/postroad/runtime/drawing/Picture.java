package dev.postroad.runtime.drawing;

import java.util.Map;

/**
 * What is to be drawn.
 *
 * @param version of the graph; 0 for an agent alone, and for one that is not published
 * @param inside what is drawn inside steps that are graphs themselves, by the ids of the steps; the others stay closed
 */
public record Picture(Sketch sketch, int version, Map<String, Picture> inside) {
    /** So many steps are laid out within a second or two. */
    public static final int MOST_STEPS = 400;

    public Picture {
        inside = Map.copyOf(inside);
    }

    /** How many steps there are, with those inside. */
    public int steps() {
        return sketch.steps().size()
                + inside.values().stream().mapToInt(Picture::steps).sum();
    }
}
