package dev.postroad.cli.drawing;

import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.runtime.drawing.GraphLayout;
import dev.postroad.runtime.drawing.Sketch;
import dev.postroad.runtime.drawing.SvgDrawing;
import java.util.Map;

/** Graphs as text. Thread-safe. */
public final class Drawings {
    private Drawings() {}

    /**
     * A picture from top to bottom, and below it what its numbers and signs mean.
     *
     * @param columns how wide it should be; it is wider where one box is
     */
    public static String picture(GraphDefinition graph, Pen pen, int columns) {
        Sketch sketch = Sketch.of(graph);
        Picture picture = Picture.of(sketch, pen, columns);
        return String.join("\n", picture.lines()) + "\n" + Legend.of(picture, pen);
    }

    /** A flowchart for Mermaid. */
    public static String mermaid(GraphDefinition graph) {
        return Mermaid.of(Sketch.of(graph));
    }

    /** A picture for browsers and documents. */
    public static String svg(GraphDefinition graph) {
        dev.postroad.runtime.drawing.Picture whole = new dev.postroad.runtime.drawing.Picture(
                Sketch.of(graph), graph.version() == null ? 0 : graph.version(), Map.of());
        return SvgDrawing.of(GraphLayout.of(whole));
    }

    /** A directed graph for Graphviz. */
    public static String dot(GraphDefinition graph) {
        return Dot.of(Sketch.of(graph));
    }
}
