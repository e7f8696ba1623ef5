package dev.postroad.runtime.history.tasks;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of a task.
 *
 * @param agent null where its node calls none
 * @param status running, retrying, waiting, completed, failed, cancelled, or what its last event is called
 * @param startedAt null where no attempt began
 * @param endedAt null until it ends
 * @param durationMillis what its attempts took together; -1 where none ended
 * @param error of the last attempt that failed; null for none
 * @param cost null where nobody said
 * @param superseded whether the run went back to before it, so that nothing of it is in the state
 */
public record RunTask(
        String task,
        String node,
        int superstep,
        @Nullable String agent,
        String status,
        int attempts,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        long durationMillis,
        long inputTokens,
        long outputTokens,
        @Nullable BigDecimal cost,
        @Nullable JsonNode error,
        boolean superseded) {}
