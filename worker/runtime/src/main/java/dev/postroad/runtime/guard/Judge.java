package dev.postroad.runtime.guard;

import dev.postroad.contracts.agent.AgentReply;

/** Told how a call went, by one of the two, once. Does not wait for anything. */
interface Judge {
    /** The agent answered, or its time was over. */
    void ended(AgentReply reply, long durationMillis);

    /** Whether others wait for how this very call went. */
    boolean isProbe();

    /** The call was stopped, which says nothing of the agent. */
    void abandoned();
}
