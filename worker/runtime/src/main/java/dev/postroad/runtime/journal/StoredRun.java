package dev.postroad.runtime.journal;

import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.run.Run;

/** What reading the journal of a run back gives. */
public sealed interface StoredRun {
    /** The run. */
    RunKey key();

    /**
     * A run that can go on.
     *
     * @param run the fold of all its rows
     * @param statusSeq of the rows that changed its status after it was admitted, the last; 0 where none did
     */
    @SuppressWarnings("AvoidCommonTypeNames") // Nothing here knows java.lang.Readable.
    record Readable(RunKey key, Run run, int statusSeq) implements StoredRun {}

    /**
     * A run that this release cannot take up: it is set aside, as it is, until one that can read it owns its shard.
     *
     * @param why a sentence without its full stop, for people
     */
    record Unreadable(RunKey key, String why) implements StoredRun {}

    /** Finds graphs by name and version, also those that are no longer the newest. */
    interface Graphs {
        /**
         * The version of a graph.
         *
         * @throws IllegalStateException where there is none, or what is stored of it cannot be read
         */
        Graph graph(String name, int version);
    }
}
