package dev.postroad.cli.drawing;

import dev.postroad.cli.drawing.Net.Labelled;
import dev.postroad.runtime.drawing.Link;
import dev.postroad.runtime.drawing.Sketch;
import java.util.ArrayList;
import java.util.List;

/**
 * A graph as boxes and lines.
 *
 * @param items the places of what is drawn, for whoever follows the lines
 * @param links with the labels that stand at their lines
 */
record Picture(List<String> lines, List<Item> items, List<Labelled> links, List<Net> nets) {
    Picture {
        lines = List.copyOf(lines);
        items = List.copyOf(items);
        links = List.copyOf(links);
        nets = List.copyOf(nets);
    }

    static Picture of(Sketch sketch, Pen pen, int columns) {
        Layers layers = Layers.of(sketch, Item::textWidth, columns);
        List<Labelled> links = labelled(sketch.links(), pen);
        List<Net> nets = Net.of(links, layers);
        Arrangement arrangement = Arrangement.of(sketch, layers, nets);
        Centring.of(arrangement, columns);
        List<Gap> gaps = Placement.of(arrangement, layers);
        List<Item> items = arrangement.layers.stream().flatMap(List::stream).toList();
        return new Picture(Painter.paint(arrangement.layers, gaps, pen), items, links, nets);
    }

    private static List<Labelled> labelled(List<Link> links, Pen pen) {
        List<Labelled> labelled = new ArrayList<>();
        int number = 0;
        for (Link link : links) {
            String label = switch (link.way()) {
                case EDGE -> link.isPlain() ? "" : "[" + ++number + "]";
                case GOTO -> "goto";
                case ERROR -> "error";
            };
            labelled.add(new Labelled(link, link.forEach().isEmpty() ? label : label + pen.times() + "n"));
        }
        return labelled;
    }
}
