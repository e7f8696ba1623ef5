package dev.postroad.cli.timeline;

import dev.postroad.cli.screen.Characters;
import dev.postroad.cli.screen.Colour;

/** How the bar of an attempt is drawn, by what became of it. Each differs by its last character, also without colours. */
enum Mark {
    COMPLETED("completed", "██", "==", Colour.GREEN),
    FAILED("failed", "▓✘", "=x", Colour.RED),
    RETRYING("retrying", "▒↻", "~r", Colour.YELLOW),
    CANCELLED("cancelled", "░■", "-c", Colour.YELLOW),
    WAITING("waiting", "┄?", ".?", Colour.CYAN),
    RUNNING("running", "━▶", "->", Colour.CYAN);

    final String outcome;
    final Colour colour;
    private final String all;
    private final String ascii;

    Mark(String outcome, String all, String ascii, Colour colour) {
        this.outcome = outcome;
        this.all = all;
        this.ascii = ascii;
        this.colour = colour;
    }

    static Mark of(String outcome) {
        for (Mark mark : values()) {
            if (mark.outcome.equals(outcome)) {
                return mark;
            }
        }
        throw new IllegalArgumentException("no attempt has the outcome " + outcome);
    }

    /** What a bar is filled with. */
    char fill(Characters characters) {
        return shape(characters).charAt(0);
    }

    /** What a bar ends with. */
    char end(Characters characters) {
        return shape(characters).charAt(1);
    }

    /** A short bar, for the legend. */
    String sample(Characters characters) {
        return shape(characters);
    }

    private String shape(Characters characters) {
        return switch (characters) {
            case ALL -> all;
            case ASCII -> ascii;
        };
    }
}
