package dev.postroad.contracts.host;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;
import java.util.Optional;

/** An agent that can say whether it did the work of a call before. Thread-safe. */
public interface Reconciling extends JavaAgent {
    /**
     * What came of a call that was made before, in whatever process.
     *
     * @param call as it is to be made now; {@link AgentCall#idempotencyKey()} is the same
     * @return empty where nothing was done, so that it is called
     * @throws Exception where that cannot be told; the attempt fails, and may be retried
     */
    Optional<AgentReply> reconcile(AgentCall call) throws Exception;
}
