package dev.postroad.cli.progress;

import dev.postroad.cli.screen.Colour;

/** What a node is doing, as it is shown. */
enum NodeStatus {
    NOT_REACHED("·", "", Colour.FAINT),
    RUNNING("▶", "running", Colour.CYAN),
    RETRYING("↻", "retrying", Colour.YELLOW),
    ASKING("?", "waiting", Colour.YELLOW),
    SLEEPING("…", "sleeping", Colour.FAINT),
    COMPLETED("✔", "completed", Colour.GREEN),
    FAILED("✘", "failed", Colour.RED),
    CANCELLED("■", "cancelled", Colour.YELLOW);

    final String symbol;
    final String word;
    final Colour colour;

    NodeStatus(String symbol, String word, Colour colour) {
        this.symbol = symbol;
        this.word = word;
        this.colour = colour;
    }
}
