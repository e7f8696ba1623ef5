package dev.postroad.runtime.agent;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;

/**
 * Reaches one agent. Thread-safe; calls block and run on virtual threads.
 */
public interface AgentClient extends AutoCloseable {
    /**
     * Makes one attempt. An expected failure is a reply, not an exception.
     *
     * @throws InterruptedException where the attempt was cancelled or ran out of time; whatever was under way is aborted
     */
    AgentReply call(AgentCall call) throws InterruptedException;

    /** Frees what the client holds; calls under way may fail. */
    @Override
    void close();
}
