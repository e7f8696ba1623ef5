package dev.postroad.runtime.guard;

import dev.postroad.contracts.agent.AgentReply;

/**
 * Lets one call through. It is told once how the call went, which may be before the agent lets go of its thread, and once
 * that it has left its place. No method waits for anything.
 */
public interface Pass {
    /** The agent answered, or its time was over. */
    void ended(AgentReply reply, long durationMillis);

    /** The call was stopped, which says nothing of the agent. */
    void abandoned();

    /** Whether others wait for how this very call went, so that it is not to be forgotten before. */
    boolean isProbe();

    /** Nothing of the call is under way any more. */
    void left();
}
