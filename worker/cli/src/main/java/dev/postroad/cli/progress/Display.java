package dev.postroad.cli.progress;

import dev.postroad.contracts.message.OutputChunk;
import dev.postroad.contracts.message.RunEvent;
import java.time.Instant;

/** Shows a run while it is followed. Confined to one thread. */
public interface Display {
    /** Shows what happened. */
    void show(RunEvent event, RunProgress after);

    /** Shows what a node shows. */
    void show(OutputChunk chunk);

    /** Shows that time passes. */
    void tick(RunProgress progress, Instant now);
}
