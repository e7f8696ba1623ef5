package dev.postroad.cli.drawing;

import dev.postroad.runtime.drawing.Link;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of characters. Where lines of two nets cross, the one that goes down is seen to go over the other, so that a joint
 * is always one of a single net. Confined to one picture.
 */
final class Canvas {
    private static final int UPRIGHT = Pen.UP | Pen.DOWN;

    /** What was drawn of a line in one place. */
    private record Stroke(Net net, int directions) {}

    private final Pen pen;
    private final @Nullable Stroke[][] strokes;
    private final char[][] texts;

    Canvas(Pen pen, int rows, int columns) {
        this.pen = pen;
        this.strokes = new Stroke[rows][columns];
        this.texts = new char[rows][columns];
    }

    void write(int row, int column, String text) {
        for (int i = 0; i < text.length(); i++) {
            texts[row][column + i] = text.charAt(i);
        }
    }

    /** A line down from the upper side of one row to the lower side of another. */
    void down(Net net, int column, int from, int to) {
        for (int row = from; row <= to; row++) {
            stroke(net, row, column, UPRIGHT);
        }
    }

    void sideways(Net net, int row, int from, int to) {
        for (int column = from; column <= to; column++) {
            int left = column == from ? 0 : Pen.LEFT;
            int right = column == to ? 0 : Pen.RIGHT;
            stroke(net, row, column, left | right);
        }
    }

    /** Adds directions to what is there. */
    void stroke(Net net, int row, int column, int directions) {
        Stroke there = strokes[row][column];
        if (there == null) {
            strokes[row][column] = new Stroke(net, directions);
        } else if (there.net.equals(net)) {
            strokes[row][column] = new Stroke(net, there.directions | directions);
        } else if ((there.directions & UPRIGHT) == 0) {
            strokes[row][column] = new Stroke(net, directions);
        }
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (int row = 0; row < texts.length; row++) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < texts[row].length; column++) {
                line.append(texts[row][column] == 0 ? line(strokes[row][column]) : texts[row][column]);
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private char line(@Nullable Stroke stroke) {
        if (stroke == null) {
            return ' ';
        }
        return stroke.net.way() == Link.Way.EDGE ? pen.joint(stroke.directions) : pen.dotted(stroke.directions);
    }
}
