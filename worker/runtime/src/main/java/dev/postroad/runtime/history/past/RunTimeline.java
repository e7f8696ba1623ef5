package dev.postroad.runtime.history.past;

import dev.postroad.contracts.message.RunStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When the attempts of a run were under way.
 *
 * @param startedAt null until it starts
 * @param endedAt null until it ends
 * @param bars one for each attempt, in the order in which they began
 */
public record RunTimeline(
        String runId,
        RunStatus status,
        Instant queuedAt,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        List<Bar> bars) {
    public RunTimeline {
        bars = List.copyOf(bars);
    }

    /**
     * One attempt of a task.
     *
     * @param endedAt null while it is under way, or waits
     * @param outcome {@code running}, {@code completed}, {@code failed}, {@code retrying}, {@code cancelled} or
     *     {@code waiting}; an attempt waits from its answer until the next one of its task
     * @param waitsFor of one that waits, or did: {@code person}, {@code time} or {@code agent}; null for none
     * @param waitsSince when it began to; null for none
     */
    public record Bar(
            String node,
            String task,
            int attempt,
            int superstep,
            Instant startedAt,
            @Nullable Instant endedAt,
            String outcome,
            @Nullable String waitsFor,
            @Nullable Instant waitsSince) {
        /** One that waits for nothing. */
        public Bar(
                String node,
                String task,
                int attempt,
                int superstep,
                Instant startedAt,
                @Nullable Instant endedAt,
                String outcome) {
            this(node, task, attempt, superstep, startedAt, endedAt, outcome, null, null);
        }
    }
}
