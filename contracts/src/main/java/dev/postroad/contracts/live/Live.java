package dev.postroad.contracts.live;

import dev.postroad.contracts.message.OutputChunk;
import dev.postroad.contracts.message.RunEvent;

/** What is told to whoever follows a run. Immutable. */
public sealed interface Live {
    /** Something happened. */
    record Happened(RunEvent event) implements Live {}

    /** A node shows something. */
    record Shown(OutputChunk chunk) implements Live {}
}
