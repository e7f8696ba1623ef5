package dev.postroad.cli.bulk;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;

/** A line now and then. */
public final class PlainBulk implements BulkDisplay {
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

    private final PrintStream out;
    private Instant last;

    public PlainBulk(PrintStream out, Instant start) {
        this.out = out;
        last = start;
    }

    @Override
    public void show(Tally tally, Instant now) {
        if (!now.isBefore(last.plus(BETWEEN_LINES))) {
            out.println(tally);
            last = now;
        }
    }

    @Override
    public void end(Tally tally, Instant now) {
        out.println(tally);
    }
}
