package dev.postroad.contracts.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.RunEvent;
import org.jspecify.annotations.Nullable;

/**
 * What became of a run. A final state that was too large for a record of Kafka is null here; it is read from a worker's
 * API then.
 */
public sealed interface RunOutcome {
    /** The run came to its end. */
    record Completed(RunEvent event, @Nullable ObjectNode state) implements RunOutcome {}

    /**
     * The run failed; it can be retried.
     *
     * @param error the error's type, such as {@code http.503}
     */
    record Failed(
            RunEvent event,
            String error,
            String message,
            @Nullable ObjectNode state) implements RunOutcome {}

    /** The run was cancelled; it can be retried. */
    record Cancelled(
            RunEvent event,
            @Nullable String reason,
            @Nullable ObjectNode state) implements RunOutcome {}

    /** There is no such run, since its trigger was refused, or another one took its place. */
    record Rejected(RunEvent event, String reason) implements RunOutcome {}

    /**
     * The run had not ended when the time was over.
     *
     * @param last the last that was heard of the run; null for nothing
     */
    record Unfinished(@Nullable RunEvent last) implements RunOutcome {}

    /** Whether an event says something about what becomes of a run. */
    static boolean tells(RunEvent event) {
        return event.seq() > 0 || event.type().endsTrigger();
    }

    /** Reads the outcome from the last event. */
    static RunOutcome of(@Nullable RunEvent last) {
        if (last == null) {
            return new Unfinished(null);
        }
        JsonNode data = last.data();
        ObjectNode state = data.get("state") instanceof ObjectNode object ? object : null;
        return switch (last.type()) {
            case RUN_COMPLETED -> new Completed(last, state);
            case RUN_FAILED ->
                new Failed(
                        last,
                        data.path("error").path("type").asText(),
                        data.path("error").path("message").asText(),
                        state);
            case RUN_CANCELLED -> new Cancelled(last, data.path("reason").textValue(), state);
            case TRIGGER_REJECTED, TRIGGER_SUPERSEDED ->
                new Rejected(last, data.path("reason").asText());
            case RUN_QUEUED,
                    RUN_STARTED,
                    NODE_STARTED,
                    NODE_RETRYING,
                    NODE_COMPLETED,
                    NODE_FAILED,
                    NODE_CANCELLED,
                    NODE_CALLING,
                    NODE_WAITING,
                    NODE_REMINDED,
                    NODE_REASSIGNED,
                    BUDGET_EXCEEDED,
                    RUN_WAITING,
                    RUN_RESUMED,
                    RUN_CONTINUED,
                    RUN_PAUSING,
                    RUN_PAUSED,
                    RUN_UNPAUSED,
                    BREAKPOINTS_SET,
                    RUN_MIGRATING,
                    RUN_MIGRATED,
                    STATE_UPDATED,
                    RUN_ROLLED_BACK,
                    RUN_FORKED,
                    RUN_RETRIED,
                    COMMAND_REJECTED,
                    TRIGGER_DUPLICATE,
                    UNKNOWN -> new Unfinished(last);
        };
    }
}
