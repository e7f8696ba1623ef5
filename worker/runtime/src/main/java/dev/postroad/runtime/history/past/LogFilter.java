package dev.postroad.runtime.history.past;

import dev.postroad.contracts.agent.LogLevel;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which lines of a run's log are wanted: those that have all of this.
 *
 * @param least of this level, or one that matters more
 * @param nodes of one of these; empty for any
 * @param since not before this; null for no limit
 * @param until before this; null for no limit
 */
public record LogFilter(
        LogLevel least,
        Set<String> nodes,
        @Nullable Instant since,
        @Nullable Instant until) {
    /** All lines. */
    public static final LogFilter ALL = new LogFilter(LogLevel.TRACE, Set.of(), null, null);

    public LogFilter {
        nodes = Set.copyOf(nodes);
    }
}
