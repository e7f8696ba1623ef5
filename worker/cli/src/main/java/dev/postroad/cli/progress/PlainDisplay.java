package dev.postroad.cli.progress;

import dev.postroad.contracts.message.OutputChunk;
import dev.postroad.contracts.message.RunEvent;
import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneId;

/** A line per event, and the lines that nodes show between them, each behind the name of its node. */
public final class PlainDisplay implements Display {
    private final PrintStream out;
    private final PlainEvents events;
    private final PlainOutput output = new PlainOutput();

    public PlainDisplay(PrintStream out, ZoneId zone) {
        this.out = out;
        events = new PlainEvents(zone);
    }

    @Override
    public void show(RunEvent event, RunProgress after) {
        output.end(event).forEach(out::println);
        out.println(events.line(event));
    }

    @Override
    public void show(OutputChunk chunk) {
        output.add(chunk).forEach(out::println);
    }

    @Override
    public void tick(RunProgress progress, Instant now) {}
}
