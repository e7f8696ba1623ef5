package dev.postroad.runtime.history.runs;

import dev.postroad.contracts.message.RunStatus;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * How many runs are in which status.
 *
 * @param at when it was so
 * @param runs by status; at {@link #MOST} counting stops
 * @param questions how many questions to people are open; at {@link #MOST} counting stops
 */
public record RunCounts(Instant at, Map<RunStatus, Long> runs, long questions) {
    /** A number that says: so many, or more. What is counted beyond it nobody reads, and it would cost too much. */
    public static final long MOST = 100_000;

    /** Whether others are the same, whenever they were counted. */
    public boolean sameAs(RunCounts other) {
        return runs.equals(other.runs) && questions == other.questions;
    }

    public RunCounts {
        runs = Collections.unmodifiableMap(new EnumMap<>(runs));
    }
}
