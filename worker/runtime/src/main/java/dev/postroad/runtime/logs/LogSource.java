package dev.postroad.runtime.logs;

import org.jspecify.annotations.Nullable;

/**
 * What a line is about: an attempt of a task, or a run as a whole, where all but its id are null.
 *
 * @param agent the one that the node names
 */
record LogSource(
        String runId,
        @Nullable String graph,
        @Nullable String node,
        @Nullable String task,
        @Nullable Integer attempt,
        @Nullable String agent) {

    static LogSource of(String runId) {
        return new LogSource(runId, null, null, null, null, null);
    }
}
