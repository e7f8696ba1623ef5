package dev.postroad.runtime.drawing;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/** Writes drawings as the JSON that HTTP answers. */
public final class DrawingJson {
    private DrawingJson() {}

    /** A drawing, with places in whole pixels. */
    public static ObjectNode tree(Drawing drawing) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("name", drawing.name())
                .put("version", drawing.version())
                .put("width", Math.round(drawing.width()))
                .put("height", Math.round(drawing.height()));
        ArrayNode steps = json.putArray("steps");
        for (Drawing.Box box : drawing.boxes()) {
            ObjectNode step = steps.addObject()
                    .put("id", box.id())
                    .put("kind", box.step().shape().name().toLowerCase(Locale.ROOT))
                    .put("title", box.step().title());
            box.step().notes().forEach(step.putArray("notes")::add);
            put(step, box.place()).put("inside", box.opened());
        }
        ArrayNode lines = json.putArray("lines");
        for (Drawing.Line line : drawing.lines()) {
            ObjectNode drawn = lines.addObject()
                    .put("from", line.from())
                    .put("to", line.to())
                    .put("kind", line.link().way().name().toLowerCase(Locale.ROOT))
                    .put("text", line.link().text());
            ArrayNode points = drawn.putArray("points");
            line.corners()
                    .forEach(corner ->
                            points.addArray().add(Math.round(corner.x())).add(Math.round(corner.y())));
            if (line.label() != null) {
                put(drawn.putObject("label"), line.label());
            }
        }
        return json;
    }

    private static ObjectNode put(ObjectNode json, Drawing.Place place) {
        return json.put("x", Math.round(place.x()))
                .put("y", Math.round(place.y()))
                .put("width", Math.round(place.width()))
                .put("height", Math.round(place.height()));
    }
}
