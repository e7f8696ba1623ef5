package dev.postroad.runtime.agent.attempt;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reaches an agent whose answers come by themselves, to whichever worker has the run then. Thread-safe. */
public interface RemoteClient extends AgentClient {
    /**
     * Sends an attempt, and waits until it is stored.
     *
     * @param doubtful an attempt of which nobody knows whether the agent did the work; 0 for none
     * @return null where it was sent; else why not
     * @throws InterruptedException where the attempt was stopped; it may have been sent all the same
     */
    @Nullable
    AgentReply send(AgentCall call, int doubtful) throws InterruptedException;

    /** Tells the agent that nobody waits any more for what it was sent. Does not wait. */
    void recall(String runId, String task, int attempt);

    /** The longest that the agent may say nothing while it works; null for the whole time of an attempt. */
    @Nullable
    Duration heartbeat();

    /** Whether the agent is asked about what it may have done, so that it goes on with what was given up. */
    boolean reconciles();

    /** Nobody can wait for it in place of the run. */
    @Override
    default AgentReply call(AgentCall call) {
        return AgentReply.permanent(
                "kafka.answers-later", "an agent on Kafka answers by itself; name it in a node of its own");
    }
}
