package dev.postroad.runtime.run.calls;

import dev.postroad.contracts.agent.AgentReply;

/** Is told of every attempt that was answered; one that was stopped has no answer. Thread-safe; must not block. */
public interface CallObserver {
    /**
     * An attempt has its answer.
     *
     * @param agent its name
     * @param graph the graph of the run
     * @param reply the agent's own, or the one in its place where the attempt was given up
     * @param durationMillis from the call to the answer, 0 or more
     * @param called whether the agent was called at all; false where something in front of it answered
     */
    void observed(String agent, String graph, AgentReply reply, long durationMillis, boolean called);
}
