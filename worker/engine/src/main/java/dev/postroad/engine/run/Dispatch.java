package dev.postroad.engine.run;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A task that was sent to a remote agent, whose answer comes by itself. Immutable.
 *
 * @param agent the one that has it: the node's, or one that stands in for it
 * @param at when it was sent
 * @param deadline when the attempt is given up
 * @param heartbeat the longest that the agent may say nothing; null for until the deadline
 */
public record Dispatch(
        String agent,
        Instant at,
        Instant deadline,
        @Nullable Duration heartbeat) {

    /**
     * When the attempt is given up, if the agent says nothing more.
     *
     * @param heard when it last said something; null for never
     */
    Instant dueAfter(@Nullable Instant heard) {
        if (heartbeat == null) {
            return deadline;
        }
        Instant silent = (heard == null || heard.isBefore(at) ? at : heard).plus(heartbeat);
        return silent.isBefore(deadline) ? silent : deadline;
    }
}
