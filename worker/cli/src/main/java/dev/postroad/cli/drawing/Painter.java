package dev.postroad.cli.drawing;

import dev.postroad.runtime.drawing.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Draws what has its place. Confined to one picture. */
final class Painter {
    private final List<List<Item>> layers;
    private final List<Gap> gaps;
    private final Pen pen;
    private final Canvas canvas;

    private Painter(List<List<Item>> layers, List<Gap> gaps, Pen pen, Canvas canvas) {
        this.layers = layers;
        this.gaps = gaps;
        this.pen = pen;
        this.canvas = canvas;
    }

    static List<String> paint(List<List<Item>> layers, List<Gap> gaps, Pen pen) {
        Canvas canvas = new Canvas(pen, stack(layers, gaps), columns(layers, gaps));
        new Painter(layers, gaps, pen, canvas).paint();
        return canvas.lines();
    }

    /** Gives everything its row; the number of rows. */
    private static int stack(List<List<Item>> layers, List<Gap> gaps) {
        int row = 0;
        for (int layer = 0; layer < gaps.size(); layer++) {
            gaps.get(layer).top = row;
            row += gaps.get(layer).height();
            if (layer < layers.size()) {
                int top = row;
                layers.get(layer).forEach(item -> item.top = top);
                row += layers.get(layer).stream().mapToInt(Item::height).max().orElse(0);
            }
        }
        return row;
    }

    private static int columns(List<List<Item>> layers, List<Gap> gaps) {
        int columns = 0;
        for (List<Item> layer : layers) {
            for (Item item : layer) {
                columns = Math.max(columns, item.left + item.width());
            }
        }
        for (Gap gap : gaps) {
            for (int lane : gap.lanes().values()) {
                columns = Math.max(columns, lane + 1);
            }
        }
        return columns;
    }

    private void paint() {
        for (int layer = 0; layer < layers.size(); layer++) {
            for (Item item : layers.get(layer)) {
                if (item.step == null) {
                    lines(item, item.top, gaps.get(layer + 1));
                    continue;
                }
                lines(item, item.top + item.height(), gaps.get(layer + 1));
                paint(item, item.step, gaps.get(layer + 1));
            }
        }
        gaps.forEach(this::paint);
        for (int layer = 0; layer < layers.size(); layer++) {
            Gap above = gaps.get(layer);
            layers.get(layer).stream().filter(item -> item.step != null).forEach(item -> heads(item, above));
        }
        lanes();
    }

    /** Down to where its layer ends, for others in it may be higher. */
    private void lines(Item item, int from, Gap below) {
        for (Net net : item.out) {
            for (int column : below.tops(net)) {
                if (item.covers(column)) {
                    canvas.down(net, column, from, below.top - 1);
                }
            }
        }
    }

    private void paint(Item item, Step step, Gap below) {
        switch (step.shape()) {
            case START, END ->
                canvas.write(item.top, item.left, "(" + centred(step.title(), item.width() - 2, " ") + ")");
            case JOIN -> canvas.write(item.top, item.left, centred(" " + step.title() + " ", item.width(), pen.bar()));
            case NODE, GRAPH -> box(item, pen.box(step.shape()), below);
        }
    }

    private void box(Item item, String signs, Gap below) {
        int inner = item.width() - 2;
        String horizontal = signs.substring(1, 2).repeat(inner);
        String side = signs.substring(3, 4);
        canvas.write(item.top, item.left, signs.charAt(0) + horizontal + signs.charAt(2));
        int row = item.top;
        for (String text : item.texts()) {
            row++;
            canvas.write(row, item.left, side + centred(text, inner, " ") + side);
        }
        row++;
        canvas.write(row, item.left, signs.charAt(4) + horizontal + signs.charAt(5));
        for (Net net : item.out) {
            for (int column : below.tops(net)) {
                if (item.covers(column)) {
                    canvas.write(row, column, signs.substring(6));
                }
            }
        }
    }

    private static String centred(String text, int columns, String fill) {
        int before = (columns - text.length()) / 2;
        return fill.repeat(before) + text + fill.repeat(columns - text.length() - before);
    }

    private void paint(Gap gap) {
        int bottom = gap.top + gap.height() - 1;
        for (Net net : gap.nets()) {
            int row = gap.row(net);
            List<Integer> ends = gap.ends(net);
            if (ends.size() == 1) {
                canvas.down(net, ends.getFirst(), gap.top, bottom);
                continue;
            }
            canvas.sideways(net, row, ends.getFirst(), ends.getLast());
            for (int column : gap.tops(net)) {
                canvas.down(net, column, gap.top, row - 1);
                canvas.stroke(net, row, column, Pen.UP);
            }
            for (int column : gap.bottoms(net)) {
                canvas.stroke(net, row, column, Pen.DOWN);
                canvas.down(net, column, row + 1, bottom);
            }
        }
        gap.labels.forEach((column, label) -> canvas.write(gap.top, column, label));
    }

    private void heads(Item item, Gap above) {
        for (Net net : item.in) {
            for (int column : above.bottoms(net)) {
                if (item.covers(column)) {
                    canvas.write(item.top - 1, column, String.valueOf(pen.headDown()));
                }
            }
        }
    }

    /** A loop's way up, from the gap below its source to that above the highest of its targets. */
    private void lanes() {
        Map<Net, List<Gap>> along = new HashMap<>();
        for (Gap gap : gaps) {
            gap.lanes()
                    .keySet()
                    .forEach(net ->
                            along.computeIfAbsent(net, _ -> new ArrayList<>()).add(gap));
        }
        along.forEach((net, ofNet) -> {
            int column = ofNet.getFirst().ends(net).getLast();
            int top = ofNet.getFirst().row(net);
            int bottom = ofNet.getLast().row(net);
            Gap above = gaps.get((gaps.indexOf(ofNet.getFirst()) + gaps.indexOf(ofNet.getLast())) / 2);
            int besideBoxes = (above.top + above.height() + gaps.get(gaps.indexOf(above) + 1).top - 1) / 2;
            canvas.stroke(net, top, column, Pen.DOWN);
            canvas.down(net, column, top + 1, bottom - 1);
            canvas.stroke(net, bottom, column, Pen.UP);
            canvas.write(besideBoxes, column, String.valueOf(pen.headUp()));
        });
    }
}
