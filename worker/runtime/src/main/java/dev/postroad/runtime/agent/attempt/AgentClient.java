package dev.postroad.runtime.agent.attempt;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.ErrorTypes;

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
     * Makes one attempt, or begins it where the agent works on by itself.
     *
     * @param doubtful as for {@link #callInDoubt}; 0 for none
     * @throws InterruptedException as for {@link #call}
     */
    default Standing begin(AgentCall call, int doubtful) throws InterruptedException {
        return new Standing.Over(doubtful > 0 ? callInDoubt(call, doubtful) : call(call));
    }

    /**
     * Asks how it stands with an attempt that was begun, here or by another worker. Whoever cannot be asked now is taken to
     * work on.
     *
     * @param call without an input
     * @param handle the one of {@link Standing.Working}
     * @throws InterruptedException where the thread is interrupted meanwhile
     */
    default Standing poll(AgentCall call, String handle) throws InterruptedException {
        return new Standing.Over(AgentReply.retryable(
                ErrorTypes.TASK_LOST, "the agent is of another kind now, which cannot be asked what came of the call"));
    }

    /**
     * Tells the agent that nobody waits any more for what it works on.
     *
     * @throws InterruptedException where the thread is interrupted meanwhile
     */
    default void giveUp(String handle) throws InterruptedException {}

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
