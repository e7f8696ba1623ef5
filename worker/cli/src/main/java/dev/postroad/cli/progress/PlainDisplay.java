package dev.postroad.cli.progress;

import dev.postroad.contracts.message.RunEvent;
import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneId;

/** A line per event. */
public final class PlainDisplay implements Display {
    private final PrintStream out;
    private final PlainEvents events;

    public PlainDisplay(PrintStream out, ZoneId zone) {
        this.out = out;
        events = new PlainEvents(zone);
    }

    @Override
    public void show(RunEvent event, RunProgress after) {
        out.println(events.line(event));
    }

    @Override
    public void tick(RunProgress progress, Instant now) {}
}
