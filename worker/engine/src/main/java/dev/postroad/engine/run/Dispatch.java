package dev.postroad.engine.run;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A task that was sent to a remote agent, whose answer comes by itself, or is asked for. Immutable.
 *
 * @param agent the one that has it: the node's, or one that stands in for it
 * @param at when it was sent
 * @param deadline when the attempt is given up
 * @param heartbeat the longest that the agent may say nothing; null for until the deadline
 * @param polling how it is asked whether it is done; null where its answer comes by itself
 */
public record Dispatch(
        String agent,
        Instant at,
        Instant deadline,
        @Nullable Duration heartbeat,
        @Nullable Polling polling) {
    /** How long a run stays at hand for remote agents alone. */
    public static final Duration REST_AFTER = Duration.ofSeconds(1);

    /** How long a worker keeps it at hand at most, where it is slow itself: what is due until then needs a timer. */
    public static final Duration LONGEST_AT_HAND = Duration.ofSeconds(5);

    /**
     * When the attempt is given up, if the agent says nothing more; or when it is asked again.
     *
     * @param heard when it last said something, or was asked; null for never
     */
    Instant dueAfter(@Nullable Instant heard) {
        Duration patience = polling == null ? heartbeat : polling.every();
        if (patience == null) {
            return deadline;
        }
        Instant silent = (heard == null || heard.isBefore(at) ? at : heard).plus(patience);
        return silent.isBefore(deadline) ? silent : deadline;
    }

    /** What its agent is told where nobody waits for it any more. */
    Effect.Recall recall(String task, int attempt) {
        return new Effect.Recall(agent, task, attempt, polling == null ? null : polling.handle());
    }
}
