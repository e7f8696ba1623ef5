package dev.postroad.contracts.agent;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What an agent answers. */
public sealed interface AgentReply {

    /**
     * The work is done.
     *
     * @param output the result; an object whose keys are channels, unless the node maps it
     */
    record Completed(JsonNode output, Usage usage) implements AgentReply {}

    /**
     * The work failed.
     *
     * @param type the kind of error, as retry policies match it, such as {@code http.503}
     * @param message for people
     * @param retryable whether another attempt may help
     * @param retryAfter how long the next attempt is to wait at least; null where nobody said
     */
    record Faulted(
            String type,
            String message,
            boolean retryable,
            @Nullable Duration retryAfter) implements AgentReply {}

    /** The work is done, with this result. */
    static AgentReply completed(JsonNode output) {
        return new Completed(output, Usage.NONE);
    }

    /** The work failed; another attempt may help. */
    static AgentReply retryable(String type, String message) {
        return new Faulted(type, message, true, null);
    }

    /** The work failed, and would fail again. */
    static AgentReply permanent(String type, String message) {
        return new Faulted(type, message, false, null);
    }
}
