package dev.postroad.cli.progress;

/**
 * What lines have to fit into.
 *
 * @param columns at least 20
 * @param rows at least 5
 */
public record Screen(int columns, int rows, Colours colours) {
    private static final int LEAST_COLUMNS = 20;
    private static final int LEAST_ROWS = 5;

    /** Whether to use colours. */
    public enum Colours {
        USED,
        UNUSED
    }

    public Screen {
        columns = Math.max(LEAST_COLUMNS, columns);
        rows = Math.max(LEAST_ROWS, rows);
    }

    /** The text, cut to one line of the screen. */
    String fit(Colour colour, String text) {
        String line = Text.cut(text, columns - 1);
        return colours == Colours.USED ? colour.paint(line) : line;
    }
}
