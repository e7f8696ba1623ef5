package dev.postroad.cli.progress;

import dev.postroad.cli.screen.LivePicture;
import dev.postroad.contracts.message.OutputChunk;
import dev.postroad.contracts.message.RunEvent;
import java.io.PrintStream;
import java.time.Instant;

/** A picture of the run that is drawn anew in its place. */
public final class TerminalDisplay implements Display {
    private final LivePicture picture;
    private final ProgressView view;

    public TerminalDisplay(PrintStream out, ProgressView view) {
        this.picture = new LivePicture(out);
        this.view = view;
    }

    @Override
    public void show(RunEvent event, RunProgress after) {
        if (after.end() != null) {
            tick(after, event.at());
        }
    }

    /** It is drawn with the next tick, as there may be very many. */
    @Override
    public void show(OutputChunk chunk) {}

    @Override
    public void tick(RunProgress progress, Instant now) {
        picture.draw(view.lines(progress, now));
    }
}
