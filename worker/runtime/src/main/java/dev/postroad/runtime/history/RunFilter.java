package dev.postroad.runtime.history;

import dev.postroad.contracts.message.RunStatus;
import org.jspecify.annotations.Nullable;

/**
 * Which runs are wanted; what is null is not asked for.
 *
 * @param graph the name of a graph
 */
public record RunFilter(
        @Nullable RunStatus status, @Nullable String graph) {
    /** All runs. */
    public static final RunFilter ALL = new RunFilter(null, null);
}
