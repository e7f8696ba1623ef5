package dev.postroad.cli.progress;

import dev.postroad.cli.screen.Visible;
import dev.postroad.contracts.message.OutputChunk;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.past.PastJson;
import java.io.PrintStream;
import java.time.Instant;

/** The events and chunks of output as they are, one JSON a line. */
public final class JsonDisplay implements Display {
    private final PrintStream out;

    public JsonDisplay(PrintStream out) {
        this.out = out;
    }

    @Override
    public void show(RunEvent event, RunProgress after) {
        out.println(Visible.json(PastJson.tree(event).toString()));
    }

    @Override
    public void show(OutputChunk chunk) {
        out.println(Visible.json(chunk.toJson().toString()));
    }

    @Override
    public void tick(RunProgress progress, Instant now) {}
}
