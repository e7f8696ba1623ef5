package dev.postroad.runtime.trace;

import dev.postroad.contracts.agent.Usage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One call of an agent, and how it went.
 *
 * @param agent the one that was called, which may stand in for another
 * @param kind how it is reached, such as {@code http}
 * @param remote whether it is reached over the network as a whole
 * @param end how it ended
 * @param errorType null where it did not fail
 * @param usage what it consumed
 * @param calls what it called in its turn, in order
 * @param input JSON; null where content is not kept
 * @param output JSON; null where content is not kept, or where there is none
 */
public record Attempt(
        String graph,
        String node,
        String task,
        int attempt,
        String agent,
        String kind,
        boolean remote,
        Instant begunAt,
        Instant endedAt,
        End end,
        @Nullable String errorType,
        Usage usage,
        List<CallTrace.Call> calls,
        @Nullable String input,
        @Nullable String output) {
    /** How a call ends. */
    public enum End {
        /** The agent answered, or was given up. */
        ANSWERED,
        /** It was stopped, as its run had no use for it any more. */
        CANCELLED,
        /** It was stopped, as its run is stepped elsewhere, where the same attempt is made anew. */
        LEFT_BEHIND
    }

    public Attempt {
        calls = List.copyOf(calls);
    }

    /** How many characters of content it holds, about. */
    long characters() {
        long characters = length(input) + length(output);
        for (CallTrace.Call call : calls) {
            for (Object value : call.attributes().values()) {
                characters += value instanceof String text ? text.length() : 0;
            }
        }
        return characters;
    }

    private static long length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }
}
