package dev.postroad.runtime.agent.attempt;

import dev.postroad.contracts.agent.AgentReply;
import java.time.Duration;

/** How it stands with an attempt. Immutable. */
public sealed interface Standing {
    /** It has ended. */
    record Over(AgentReply reply) implements Standing {}

    /**
     * The agent works on by itself, and is to be asked.
     *
     * @param handle by which it knows the work, whichever worker asks
     * @param every how long it is to be left alone before
     */
    record Working(String handle, Duration every) implements Standing {}
}
