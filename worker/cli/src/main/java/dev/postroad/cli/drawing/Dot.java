package dev.postroad.cli.drawing;

import dev.postroad.runtime.drawing.Link;
import dev.postroad.runtime.drawing.Link.Way;
import dev.postroad.runtime.drawing.Sketch;
import dev.postroad.runtime.drawing.Step;
import dev.postroad.runtime.drawing.Step.Shape;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes directed graphs for Graphviz. */
final class Dot {
    private Dot() {}

    static String of(Sketch sketch) {
        StringBuilder text = new StringBuilder("digraph ");
        text.append(quoted(sketch.name())).append(" {\n");
        text.append("    node [shape=box];\n");
        for (Step step : sketch.steps().values()) {
            text.append("    ").append(quoted(step.id())).append(" [label=").append(label(step));
            text.append(look(step.shape())).append("];\n");
        }
        for (Link link : sketch.links()) {
            for (String to : link.to()) {
                text.append("    ").append(quoted(link.from())).append(" -> ").append(quoted(to));
                text.append(look(link)).append(";\n");
            }
        }
        return text.append("}\n").toString();
    }

    private static String look(Shape shape) {
        return switch (shape) {
            case START, END -> ", shape=oval";
            case NODE -> "";
            case GRAPH -> ", peripheries=2";
            case JOIN -> ", shape=hexagon";
        };
    }

    private static String look(Link link) {
        String label = link.text().isEmpty() ? "" : "label=" + quoted(link.text());
        String line = link.way() == Way.EDGE ? "" : "style=dotted";
        String all = Stream.of(label, line).filter(part -> !part.isEmpty()).collect(Collectors.joining(", "));
        return all.isEmpty() ? "" : " [" + all + "]";
    }

    private static String label(Step step) {
        return Stream.concat(Stream.of(step.title()), step.notes().stream())
                .map(Dot::escaped)
                .collect(Collectors.joining("\\n", "\"", "\""));
    }

    private static String quoted(String text) {
        return "\"" + escaped(text) + "\"";
    }

    /** Graphviz takes what stands behind an ampersand for the name of a character. */
    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
