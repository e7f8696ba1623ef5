package dev.postroad.cli.drawing;

import dev.postroad.runtime.drawing.Step;
import dev.postroad.runtime.drawing.Step.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something that has its place in a layer: a step, or a line that passes between steps. Confined to one picture. */
final class Item {
    /** Between two of a layer. */
    static final int SPACE = 2;

    final @Nullable Step step;
    final List<Net> in = new ArrayList<>();
    final List<Net> out = new ArrayList<>();
    /** Where its middle should be. */
    double centre;

    int left;
    int top;

    private Item(@Nullable Step step) {
        this.step = step;
    }

    static Item of(Step step) {
        return new Item(step);
    }

    static Item passing(Net net) {
        Item item = new Item(null);
        item.in.add(net);
        item.out.add(net);
        return item;
    }

    boolean isBox() {
        return step != null && (step.shape() == Shape.NODE || step.shape() == Shape.GRAPH);
    }

    int height() {
        return isBox() ? 2 + texts().size() : 1;
    }

    int width() {
        if (step == null) {
            return 1;
        }
        int ofLines =
                Math.max(2 * in.size() + 3, out.stream().mapToInt(Item::slot).sum() + 2);
        return Math.max(textWidth(step), ofLines);
    }

    /** How wide it is at least. */
    static int textWidth(Step step) {
        return Item.of(step).texts().stream().mapToInt(String::length).max().orElse(0) + 4;
    }

    /** The columns that a net that leaves takes of the lower side. */
    static int slot(Net net) {
        return net.label().length() + 2;
    }

    /** What is written in it. */
    List<String> texts() {
        if (step == null) {
            return List.of();
        }
        List<String> texts = new ArrayList<>(step.notes());
        texts.addFirst(step.title());
        return texts;
    }

    boolean covers(int column) {
        return left <= column && column < left + width();
    }
}
