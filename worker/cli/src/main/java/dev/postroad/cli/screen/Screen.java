package dev.postroad.cli.screen;

/**
 * What lines have to fit into.
 *
 * @param columns at least 20
 * @param rows at least 5
 */
public record Screen(int columns, int rows, Colours colours) {
    /** What takes lines of any length and number, as they are. */
    public static final Screen PAPER = new Screen(Integer.MAX_VALUE, Integer.MAX_VALUE, Colours.UNUSED);

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
    public String fit(Colour colour, String text) {
        String line = Text.cut(text, columns - 1);
        return colours == Colours.USED ? colour.paint(line) : line;
    }
}
