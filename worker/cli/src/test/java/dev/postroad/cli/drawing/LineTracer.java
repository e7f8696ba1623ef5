package dev.postroad.cli.drawing;

import dev.postroad.runtime.drawing.Step;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/** Follows the lines of a picture as a reader's eye does, by its characters alone. */
@NullMarked
final class LineTracer {
    private static final String JOINTS = " │││─┘┐┤─└┌├─┴┬┼";

    private final Picture picture;

    /** What leads to what. */
    record Pair(String from, String to) {}

    private record Step(int row, int column, int direction) {}

    LineTracer(Picture picture) {
        this.picture = picture;
    }

    Set<Pair> pairs() {
        Set<Pair> pairs = new HashSet<>();
        for (Item item : picture.items()) {
            if (item.step != null) {
                for (int column = item.left; column < item.left + item.width(); column++) {
                    for (String to : reached(item.top + item.height(), column, item)) {
                        pairs.add(new Pair(item.step.id(), to));
                    }
                }
            }
        }
        return pairs;
    }

    private Set<String> reached(int row, int column, Item source) {
        Set<String> reached = new HashSet<>();
        boolean leaves =
                source.isBox() ? "┬╤".indexOf(at(row - 1, column)) >= 0 : " ─┄┌┐┬".indexOf(at(row, column)) < 0;
        if (!leaves) {
            return reached;
        }
        Deque<Step> ready = new ArrayDeque<>(List.of(new Step(row, column, Pen.DOWN)));
        Set<Step> seen = new HashSet<>(ready);
        while (!ready.isEmpty()) {
            Step step = ready.remove();
            char sign = at(step.row, step.column);
            if (sign == '▼') {
                reached.add(stepAt(step.row + 1, step.column));
                continue;
            }
            for (int direction : List.of(Pen.UP, Pen.DOWN, Pen.LEFT, Pen.RIGHT)) {
                if ((directions(sign, step.direction) & direction) != 0 && direction != opposite(step.direction)) {
                    Step next = next(step, direction);
                    if (seen.add(next)) {
                        ready.add(next);
                    }
                }
            }
        }
        return reached;
    }

    private static int directions(char sign, int moving) {
        boolean sideways = (moving & (Pen.LEFT | Pen.RIGHT)) != 0;
        if (sideways && "│┊▲".indexOf(sign) >= 0) {
            return moving;
        }
        int joint = JOINTS.indexOf(sign == '┄' ? '─' : sign);
        if (sign == '╤' || sign == '━' || sign == ')' || sign == '(' || sign == ' ' || sign == '═') {
            return 0;
        }
        if (joint < 0) {
            return Pen.UP | Pen.DOWN;
        }
        return switch (sign) {
            case '│' -> Pen.UP | Pen.DOWN;
            case '─', '┄' -> Pen.LEFT | Pen.RIGHT;
            default -> joint;
        };
    }

    private static int opposite(int direction) {
        return switch (direction) {
            case Pen.UP -> Pen.DOWN;
            case Pen.DOWN -> Pen.UP;
            case Pen.LEFT -> Pen.RIGHT;
            default -> Pen.LEFT;
        };
    }

    private Step next(Step step, int direction) {
        int row = step.row + (direction == Pen.DOWN ? 1 : direction == Pen.UP ? -1 : 0);
        int column = step.column + (direction == Pen.RIGHT ? 1 : direction == Pen.LEFT ? -1 : 0);
        // Whoever comes to a box from below has followed another line that joins this one.
        boolean atABox = direction == Pen.UP
                && picture.items().stream().anyMatch(item -> item.step != null && within(item, row, column));
        return atABox ? new Step(-1, -1, direction) : new Step(row, column, direction);
    }

    private static boolean within(Item item, int row, int column) {
        return item.top <= row && row < item.top + item.height() && item.covers(column);
    }

    private String stepAt(int row, int column) {
        for (Item item : picture.items()) {
            if (item.step != null && within(item, row, column)) {
                return item.step.id();
            }
        }
        throw new AssertionError("nothing at row " + row + ", column " + column);
    }

    private char at(int row, int column) {
        if (row < 0 || row >= picture.lines().size()) {
            return ' ';
        }
        String line = picture.lines().get(row);
        return column < line.length() ? line.charAt(column) : ' ';
    }
}
