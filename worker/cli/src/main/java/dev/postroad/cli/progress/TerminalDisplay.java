package dev.postroad.cli.progress;

import dev.postroad.contracts.message.RunEvent;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;

/** A picture of the run that is drawn anew in its place. */
public final class TerminalDisplay implements Display {
    private static final String ESCAPE = "\u001b[";
    private static final char TO_LINES_ABOVE = 'F';
    private static final String CLEAR_REST_OF_LINE = ESCAPE + "K";
    private static final String CLEAR_BELOW = ESCAPE + "J";

    private final PrintStream out;
    private final ProgressView view;
    private int linesDrawn;

    public TerminalDisplay(PrintStream out, ProgressView view) {
        this.out = out;
        this.view = view;
    }

    @Override
    public void show(RunEvent event, RunProgress after) {
        if (after.end() != null) {
            tick(after, event.at());
        }
    }

    @Override
    public void tick(RunProgress progress, Instant now) {
        List<String> lines = view.lines(progress, now);
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
