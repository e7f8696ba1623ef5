package dev.postroad.contracts.agent;

/**
 * An agent in Java, found by {@link java.util.ServiceLoader}.
 *
 * <p>Implementations must be thread-safe: one instance serves all calls of a worker, each on its own virtual thread.
 * A call may come more than once for the same {@link AgentCall#idempotencyKey()}.
 */
public interface JavaAgent {
    /** The agent's name, as graphs call it; not null, the same for the life of the instance. */
    String name();

    /**
     * Does the work. Blocking is fine. The thread is interrupted when the attempt is cancelled or out of time.
     *
     * @return the reply, never null
     * @throws Exception where the attempt failed; it may be retried, under the exception's simple class name as type
     */
    AgentReply call(AgentCall call) throws Exception;
}
