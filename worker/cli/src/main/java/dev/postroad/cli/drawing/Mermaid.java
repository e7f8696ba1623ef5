package dev.postroad.cli.drawing;

import dev.postroad.runtime.drawing.Link;
import dev.postroad.runtime.drawing.Link.Way;
import dev.postroad.runtime.drawing.Sketch;
import dev.postroad.runtime.drawing.Step;
import dev.postroad.runtime.drawing.Step.Shape;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes flowcharts for Mermaid. */
final class Mermaid {
    private Mermaid() {}

    static String of(Sketch sketch) {
        StringBuilder text = new StringBuilder("flowchart TB\n");
        // Names of our own, for some of a graph's mean something to Mermaid, such as end.
        Map<String, String> ids = new HashMap<>();
        for (Step step : sketch.steps().values()) {
            String id = "n" + ids.size();
            ids.put(step.id(), id);
            text.append("    ")
                    .append(id)
                    .append(box(step.shape(), label(step)))
                    .append('\n');
        }
        for (Link link : sketch.links()) {
            String arrow = (link.way() == Way.EDGE ? " -->" : " -.->")
                    + (link.text().isEmpty() ? "" : "|\"" + escaped(link.text()) + "\"|");
            for (String to : link.to()) {
                text.append("    ").append(ids.get(link.from())).append(arrow);
                text.append(' ').append(ids.get(to)).append('\n');
            }
        }
        return text.toString();
    }

    private static String box(Shape shape, String label) {
        return switch (shape) {
            case START, END -> "([\"" + label + "\"])";
            case NODE -> "[\"" + label + "\"]";
            case GRAPH -> "[[\"" + label + "\"]]";
            case JOIN -> "{{\"" + label + "\"}}";
        };
    }

    private static String label(Step step) {
        return Stream.concat(Stream.of(step.title()), step.notes().stream())
                .map(Mermaid::escaped)
                .collect(Collectors.joining("<br/>"));
    }

    /** Whatever could be taken for markup goes as the number of its character. */
    private static String escaped(String text) {
        StringBuilder safe = new StringBuilder();
        text.codePoints().forEach(character -> {
            if (Character.isLetterOrDigit(character) || " _-.,:'?!=/+".indexOf(character) >= 0) {
                safe.appendCodePoint(character);
            } else {
                safe.append('#').append(character).append(';');
            }
        });
        return safe.toString();
    }
}
