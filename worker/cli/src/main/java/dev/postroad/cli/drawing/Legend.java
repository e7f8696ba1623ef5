package dev.postroad.cli.drawing;

import dev.postroad.cli.drawing.Net.Course;
import dev.postroad.cli.drawing.Net.Labelled;
import dev.postroad.runtime.drawing.Link;
import dev.postroad.runtime.drawing.Link.Way;
import dev.postroad.runtime.drawing.Step.Shape;

/** Says what the numbers and signs of a picture mean. */
final class Legend {
    private static final int MOST_TEXT = 100;

    private Legend() {}

    static String of(Picture picture, Pen pen) {
        StringBuilder text = new StringBuilder();
        for (Labelled labelled : picture.links()) {
            if (!labelled.label().isEmpty()) {
                text.append(line(labelled, pen)).append('\n');
            }
        }
        if (shows(picture, Shape.JOIN)) {
            text.append(pen.bar().repeat(2)).append(" all n ").append(pen.bar().repeat(2));
            text.append("  waits for all n that lead to it\n");
        }
        if (shows(picture, Shape.GRAPH)) {
            String box = pen.box(Shape.GRAPH);
            text.append(box.charAt(0))
                    .append(box.charAt(1))
                    .append(box.charAt(2))
                    .append("  a graph by itself\n");
        }
        if (picture.nets().stream().anyMatch(net -> net.course() == Course.BACK)) {
            text.append(pen.headUp()).append("  goes back\n");
        }
        return text.isEmpty() ? "" : "\n" + text;
    }

    private static String line(Labelled labelled, Pen pen) {
        Link link = labelled.link();
        String way = link.from() + " " + pen.arrow() + " " + String.join(", ", link.to());
        String said = link.way() == Way.EDGE ? link.text() : "";
        String shown = said.length() <= MOST_TEXT
                ? said
                : said.substring(0, MOST_TEXT - pen.cut().length()) + pen.cut();
        return (labelled.label() + "  " + way + "  " + shown).stripTrailing();
    }

    private static boolean shows(Picture picture, Shape shape) {
        return picture.items().stream().anyMatch(item -> item.step != null && item.step.shape() == shape);
    }
}
