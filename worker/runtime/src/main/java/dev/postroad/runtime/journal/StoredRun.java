package dev.postroad.runtime.journal;

import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.run.Run;

/**
 * A run read back from its journal.
 *
 * @param run the fold of all its rows
 */
public record StoredRun(RunKey key, Run run) {
    /** Finds graphs by name and version, also those that are no longer the newest. */
    public interface Graphs {
        /**
         * The version of a graph.
         *
         * @throws IllegalStateException where there is none
         */
        Graph graph(String name, int version);
    }
}
