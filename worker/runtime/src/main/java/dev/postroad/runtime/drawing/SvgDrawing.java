package dev.postroad.runtime.drawing;

import dev.postroad.runtime.drawing.Drawing.Box;
import dev.postroad.runtime.drawing.Drawing.Line;
import dev.postroad.runtime.drawing.Drawing.Place;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes drawings as SVG that stands by itself: for documents, and whoever has no console at hand. */
public final class SvgDrawing {
    private static final int MOST_OF_LABEL = 44;
    private static final String STYLE = """
            text{font:13px system-ui,sans-serif;text-anchor:middle;fill:#1c2128}.note{font-size:11px;fill:#59636e}\
            .label{font-size:11px;text-anchor:start;fill:#59636e}rect{fill:#fff;stroke:#59636e}\
            polyline{fill:none;stroke:#59636e}.error,.goto{stroke-dasharray:4 3}.low{fill:#eef1f4}
            """;

    private SvgDrawing() {}

    /** A whole SVG document. */
    public static String of(Drawing drawing) {
        StringBuilder svg = new StringBuilder();
        String size = whole(drawing.width()) + " " + whole(drawing.height());
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\"")
                .append(attribute("viewBox", "0 0 " + size))
                .append(attribute("width", whole(drawing.width())))
                .append(attribute("height", whole(drawing.height())))
                .append(">\n");
        svg.append("<title>").append(escaped(drawing.name())).append("</title>\n");
        svg.append("<style>").append(STYLE.strip()).append("</style>\n");
        svg.append("<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\""
                + " markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0.6L7.4 4L0 7.4z\" fill=\"#59636e\"/></marker>"
                + "</defs>\n");
        drawing.boxes().stream().filter(Box::opened).forEach(box -> add(svg, box));
        drawing.lines().forEach(line -> add(svg, line));
        drawing.boxes().stream().filter(box -> !box.opened()).forEach(box -> add(svg, box));
        return svg.append("</svg>\n").toString();
    }

    private static void add(StringBuilder svg, Box box) {
        Place at = box.place();
        boolean low = switch (box.step().shape()) {
            case START, END, JOIN -> true;
            case NODE, GRAPH -> false;
        };
        svg.append("<rect")
                .append(attribute("class", low ? "low" : "node"))
                .append(attribute("x", whole(at.x())))
                .append(attribute("y", whole(at.y())))
                .append(attribute("width", whole(at.width())))
                .append(attribute("height", whole(at.height())))
                .append(attribute("rx", whole(low ? at.height() / 2 : 7)))
                .append("/>");
        String notes = String.join(" · ", box.step().notes());
        double middle = at.x() + at.width() / 2;
        double name = box.opened() ? at.y() + 17 : at.y() + (notes.isEmpty() ? at.height() / 2 + 4 : 19);
        svg.append(text("", middle, name, box.step().title()));
        if (!notes.isEmpty()) {
            svg.append(text("note", middle, name + 15, notes));
        }
        svg.append('\n');
    }

    private static void add(StringBuilder svg, Line line) {
        String points = line.corners().stream()
                .map(corner -> whole(corner.x()) + "," + whole(corner.y()))
                .collect(Collectors.joining(" "));
        svg.append("<polyline class=\"")
                .append(line.link().way().name().toLowerCase(Locale.ROOT))
                .append("\" points=\"")
                .append(points)
                .append("\" marker-end=\"url(#tip)\"/>");
        Place label = line.label();
        if (label != null) {
            svg.append(text(
                    "label", label.x(), label.y() + 11, shortened(line.link().text())));
        }
        svg.append('\n');
    }

    private static String shortened(String text) {
        return text.length() <= MOST_OF_LABEL ? text : text.substring(0, MOST_OF_LABEL - 1) + "…";
    }

    private static String text(String look, double x, double y, String text) {
        return "<text" + attribute("class", look) + attribute("x", whole(x)) + attribute("y", whole(y)) + ">"
                + escaped(text) + "</text>";
    }

    private static String attribute(String name, String value) {
        return " " + name + "=\"" + value + "\"";
    }

    private static String whole(double number) {
        return Long.toString(Math.round(number));
    }

    /** What XML cannot have at all is left out. */
    private static String escaped(String text) {
        return text.replaceAll("[\\p{Cntrl}\\uD800-\\uDFFF\\uFFFE\\uFFFF]", "")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
