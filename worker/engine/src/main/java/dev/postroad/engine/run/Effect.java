package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the shell is to do once the events of the same decision are committed. */
public sealed interface Effect {
    /**
     * Call an agent, and answer with {@link Command.Answer}.
     *
     * @param timeout the node's own; null for the agent's
     */
    record CallAgent(
            String agent,
            String node,
            String task,
            int attempt,
            JsonNode input,
            @Nullable Duration timeout) implements Effect {}

    /** Stop a call; its answer no longer matters. */
    record StopCall(String task, int attempt) implements Effect {}

    /** Give the run a command when the time has come. */
    record Wake(Instant at, Command command) implements Effect {}

    /** Give the run a command as soon as others had their turn. */
    record Yield(Command command) implements Effect {}
}
