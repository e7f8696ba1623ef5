package dev.postroad.cli.bulk;

import dev.postroad.cli.screen.Bar;
import dev.postroad.cli.screen.Colour;
import dev.postroad.cli.screen.LivePicture;
import dev.postroad.cli.screen.Screen;
import dev.postroad.cli.screen.Text;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A bar that is drawn anew in its place, and the counts below it. */
public final class TerminalBulk implements BulkDisplay {
    private final LivePicture picture;
    private final Screen screen;
    private final Instant start;

    public TerminalBulk(PrintStream out, Screen screen, Instant start) {
        picture = new LivePicture(out);
        this.screen = screen;
        this.start = start;
    }

    @Override
    public void show(Tally tally, Instant now) {
        picture.draw(lines(tally, now, left(tally, now)));
    }

    @Override
    public void end(Tally tally, Instant now) {
        picture.draw(lines(tally, now, ""));
    }

    private List<String> lines(Tally tally, Instant now, String left) {
        String bar = Bar.of(tally.share()) + " " + Text.percent(tally.share()) + "  "
                + Text.of(Duration.between(start, now));
        return List.of(
                screen.fit(colour(tally), bar + left),
                screen.fit(tally.failed() > 0 ? Colour.RED : Colour.NONE, tally.toString()));
    }

    private static Colour colour(Tally tally) {
        if (tally.over() < tally.found()) {
            return Colour.NONE;
        }
        return tally.isFlawless() ? Colour.GREEN : Colour.YELLOW;
    }

    /** By how fast it went so far. */
    private String left(Tally tally, Instant now) {
        if (tally.over() == 0 || tally.over() == tally.found()) {
            return "";
        }
        double soFar = Duration.between(start, now).toMillis();
        long millis = Math.round(soFar / tally.over() * (tally.found() - tally.over()));
        return ", about " + Text.of(Duration.ofMillis(millis)) + " left";
    }
}
