package dev.postroad.runtime.agent.attempt;

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
     * @throws AgentAbsentException where no call was made, for the agent's code is not in this worker now
     */
    AgentReply call(AgentCall call) throws InterruptedException;

    /**
     * Makes one attempt of a task of which nobody knows whether an earlier call of it did the work: an agent that can tell
     * is asked before it is called; others are called.
     *
     * @param doubtful the attempt in doubt, which is this very one where another worker began it
     * @throws InterruptedException as for {@link #call}
     */
    default AgentReply callInDoubt(AgentCall call, int doubtful) throws InterruptedException {
        return call(call);
    }

    /**
     * What the agent says of itself as a tool for others; may ask it.
     *
     * @throws InterruptedException where the thread is interrupted meanwhile
     */
    default ToolOffer offer() throws InterruptedException {
        return ToolOffer.UNKNOWN;
    }

    /**
     * Frees what the client holds. Of the clients that {@code AgentClients} opens, calls under way end undisturbed
     * before, and a call that comes after it is made all the same.
     */
    @Override
    void close();
}
