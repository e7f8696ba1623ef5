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
        @Nullable String errorType,
        Usage usage,
        List<CallTrace.Call> calls,
        @Nullable String input,
        @Nullable String output) {
    public Attempt {
        calls = List.copyOf(calls);
    }
}
