package dev.postroad.cli.drawing;

import dev.postroad.runtime.drawing.Step;

/** The characters that a picture is made of. */
public enum Pen {
    /** Those for boxes and lines, which take UTF-8. */
    LINES(" │││─┘┐┤─└┌├─┴┬┼", "┊┄", "▼▲", "┌─┐│└┘┬", "╔═╗║╚╝╤", "━", "→", "…", "×"),
    /** Those of any character set. */
    ASCII(" |||-+++-+++-+++", ":.", "v^", "+-+|+++", "#=####+", "=", "->", "...", "x");

    static final int UP = 1;
    static final int DOWN = 2;
    static final int LEFT = 4;
    static final int RIGHT = 8;

    private final String joints;
    private final String dotted;
    private final String heads;
    private final String box;
    private final String graphBox;
    private final String bar;
    private final String arrow;
    private final String cut;
    private final String times;

    Pen(
            String joints,
            String dotted,
            String heads,
            String box,
            String graphBox,
            String bar,
            String arrow,
            String cut,
            String times) {
        this.joints = joints;
        this.dotted = dotted;
        this.heads = heads;
        this.box = box;
        this.graphBox = graphBox;
        this.bar = bar;
        this.arrow = arrow;
        this.cut = cut;
        this.times = times;
    }

    /** Where lines in these directions meet. */
    char joint(int directions) {
        return joints.charAt(directions);
    }

    /** As {@link #joint}, of a dotted line. */
    char dotted(int directions) {
        if ((directions & (LEFT | RIGHT)) == 0) {
            return dotted.charAt(0);
        }
        return (directions & (UP | DOWN)) == 0 ? dotted.charAt(1) : joint(directions);
    }

    char headDown() {
        return heads.charAt(0);
    }

    char headUp() {
        return heads.charAt(1);
    }

    /** Upper left, horizontal, upper right, vertical, lower left, lower right, horizontal with a line that leaves. */
    String box(Step.Shape shape) {
        return shape == Step.Shape.GRAPH ? graphBox : box;
    }

    String bar() {
        return bar;
    }

    String arrow() {
        return arrow;
    }

    String cut() {
        return cut;
    }

    String times() {
        return times;
    }
}
