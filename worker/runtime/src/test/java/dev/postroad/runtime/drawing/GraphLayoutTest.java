package dev.postroad.runtime.drawing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.drawing.Drawing.Box;
import dev.postroad.runtime.drawing.Drawing.Place;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Where boxes and lines of a graph come to stand. */
@NullMarked
final class GraphLayoutTest {
    private static final String OUTER = """
        graph: outer
        state: { list: { reducer: last } }
        nodes:
          plan: { set: "{}" }
          left: { set: "{}" }
          right: { set: "{}" }
          inner: { graph: small }
          again: { set: "{}" }
        edges:
          - { from: START, to: [plan] }
          - { from: plan, to: [left, right] }
          - { from: [left, right], to: inner }
          - { from: inner, when: "state.list == [] && true < false", to: again }
          - { from: inner, otherwise: true, to: END }
          - { from: again, to: plan }
        """;
    private static final String SMALL = """
        graph: small
        nodes: { one: { set: "{}" }, two: { set: "{}" } }
        edges: [{ from: START, to: one }, { from: one, to: two }, { from: two, to: END }]
        """;

    private static Sketch sketch(String yaml) {
        try {
            return Sketch.of((GraphDefinition) Definitions.readAll(yaml).getFirst());
        } catch (FaultsException faults) {
            throw new IllegalArgumentException(faults);
        }
    }

    private static Drawing opened() {
        return GraphLayout.of(new Picture(sketch(OUTER), 3, Map.of("inner", new Picture(sketch(SMALL), 1, Map.of()))));
    }

    private static Place place(Drawing drawing, String id) {
        return drawing.boxes().stream()
                .filter(box -> box.id().equals(id))
                .findFirst()
                .orElseThrow()
                .place();
    }

    @Test
    void noTwoBoxesCoverOneAnother() {
        List<Box> boxes = opened().boxes().stream()
                .filter(box -> !box.opened() && !box.id().contains("/"))
                .toList();
        for (Box one : boxes) {
            for (Box other : boxes) {
                assertThat(one.id().equals(other.id()) || isApart(one.place(), other.place()))
                        .as(one.id() + " and " + other.id())
                        .isTrue();
            }
        }
    }

    private static boolean isApart(Place one, Place other) {
        return one.x() + one.width() <= other.x()
                || other.x() + other.width() <= one.x()
                || one.y() + one.height() <= other.y()
                || other.y() + other.height() <= one.y();
    }

    @Test
    void whatFollowsStandsBelow() {
        Drawing drawing = opened();
        assertThat(place(drawing, "plan").y()).isLessThan(place(drawing, "left").y());
        assertThat(place(drawing, "left").y())
                .isLessThan(place(drawing, "inner").y());
        assertThat(place(drawing, "inner/one").y())
                .isLessThan(place(drawing, "inner/two").y());
    }

    @Test
    void anOpenedGraphHoldsItsSteps() {
        Drawing drawing = opened();
        Place holder = place(drawing, "inner");
        for (String id : List.of("inner/START", "inner/one", "inner/two", "inner/END")) {
            Place held = place(drawing, id);
            assertThat(held.x()).as(id).isGreaterThan(holder.x());
            assertThat(held.y()).as(id).isGreaterThan(holder.y());
            assertThat(held.x() + held.width()).as(id).isLessThan(holder.x() + holder.width());
            assertThat(held.y() + held.height()).as(id).isLessThan(holder.y() + holder.height());
        }
    }

    @Test
    void everyLineBeginsAtItsSourceAndEndsAtItsTarget() {
        Drawing drawing = opened();
        assertThat(drawing.lines()).hasSize(12);
        for (Drawing.Line line : drawing.lines()) {
            assertThat(touches(place(drawing, line.from()), line.corners().getFirst()))
                    .as(line.from() + " to " + line.to())
                    .isTrue();
            assertThat(touches(place(drawing, line.to()), line.corners().getLast()))
                    .as(line.from() + " to " + line.to())
                    .isTrue();
        }
    }

    private static boolean touches(Place place, Drawing.Corner corner) {
        return corner.x() >= place.x() - 1
                && corner.x() <= place.x() + place.width() + 1
                && corner.y() >= place.y() - 1
                && corner.y() <= place.y() + place.height() + 1;
    }

    @Test
    void isTheSameEachTime() {
        assertThat(DrawingJson.tree(opened())).isEqualTo(DrawingJson.tree(opened()));
    }

    @Test
    void aPictureOfItIsXmlWhateverAnAuthorWrites() {
        String svg = SvgDrawing.of(opened());
        assertThat(svg).startsWith("<svg xmlns=").endsWith("</svg>\n").contains("&amp;&amp; true &lt; false");
        assertThat(svg).doesNotContain("<script", " true < false");
    }
}
