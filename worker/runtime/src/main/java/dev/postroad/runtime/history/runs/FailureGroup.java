package dev.postroad.runtime.history.runs;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs that failed alike.
 *
 * @param node empty where the run failed as a whole
 * @param agent whom the node calls, by the version of the graph of the newest; null where it calls none
 * @param type of the error
 * @param message of the newest
 * @param count how many of them have not been retried
 * @param trend how many in each of as many equal parts of the time that was asked for, the oldest part first
 * @param runs some of them, the newest first
 */
public record FailureGroup(
        String graph,
        String node,
        @Nullable String agent,
        String type,
        String message,
        long count,
        Instant first,
        Instant last,
        List<Long> trend,
        List<String> runs) {
    public FailureGroup {
        trend = List.copyOf(trend);
        runs = List.copyOf(runs);
    }
}
