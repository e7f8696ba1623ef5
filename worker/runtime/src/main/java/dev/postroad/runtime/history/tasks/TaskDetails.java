package dev.postroad.runtime.history.tasks;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A task, with what went in, what came out, and each of its attempts.
 *
 * @param input what its agent was handed; null where that was the state, or is too large to be kept
 * @param inputVersion the version of the state that it saw; -1 where it has not begun
 * @param output what it wrote; null where it is not done
 * @param attempts in their order, those that called an agent and came to an end
 * @param nextTryAt when it is tried again; null unless it waits for that
 */
public record TaskDetails(
        RunTask task,
        @Nullable JsonNode input,
        int inputVersion,
        @Nullable JsonNode output,
        List<Attempt> attempts,
        @Nullable Instant nextTryAt) {
    public TaskDetails {
        attempts = List.copyOf(attempts);
    }

    /**
     * An attempt at an agent.
     *
     * @param status completed, waiting or failed
     * @param repeated whether another followed it
     * @param durationMillis -1 where that is not known
     * @param error null where it did not fail
     */
    public record Attempt(
            int attempt,
            String status,
            boolean repeated,
            Instant startedAt,
            Instant endedAt,
            long durationMillis,
            @Nullable JsonNode error) {}
}
