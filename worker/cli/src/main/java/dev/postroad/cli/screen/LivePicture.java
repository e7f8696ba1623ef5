package dev.postroad.cli.screen;

import java.io.PrintStream;
import java.util.List;

/** Lines of a terminal that are drawn anew in their place. Confined to one thread. */
public final class LivePicture {
    private static final String ESCAPE = "\u001b[";
    private static final char TO_LINES_ABOVE = 'F';
    private static final String CLEAR_REST_OF_LINE = ESCAPE + "K";
    private static final String CLEAR_BELOW = ESCAPE + "J";

    private final PrintStream out;
    private int linesDrawn;

    public LivePicture(PrintStream out) {
        this.out = out;
    }

    /** Draws the lines over those that were drawn before; each has to fit into one line of the screen. */
    public void draw(List<String> lines) {
        StringBuilder picture = new StringBuilder();
        if (linesDrawn > 0) {
            picture.append(ESCAPE).append(linesDrawn).append(TO_LINES_ABOVE);
        }
        lines.forEach(line -> picture.append(line).append(CLEAR_REST_OF_LINE).append('\n'));
        picture.append(CLEAR_BELOW);
        out.print(picture);
        out.flush();
        linesDrawn = lines.size();
    }
}
