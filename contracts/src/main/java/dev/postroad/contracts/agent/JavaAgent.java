package dev.postroad.contracts.agent;

import org.jspecify.annotations.Nullable;

/**
 * An agent in Java, found by {@link java.util.ServiceLoader}.
 *
 * <p>Implementations must be thread-safe: one instance serves all calls of a worker, each on its own virtual thread.
 * A call may come more than once for the same {@link AgentCall#idempotencyKey()}.
 *
 * <p>Agents come on the worker's class path, or as plug-ins: jars in the folder that {@code POSTROAD_PLUGIN_DIR} names,
 * each with its agents' classes in {@code META-INF/services/dev.postroad.contracts.agent.JavaAgent}. A jar may be added,
 * replaced and removed while the worker runs; calls under way end on the code that they began with. A plug-in sees the
 * JDK, this module, Jackson's core, databind and annotations, and SLF4J; whatever else it needs its jar must contain, and
 * that never meets the worker's or another plug-in's. While an agent is made or called, the thread's context class
 * loader is that of its jar.
 *
 * <p>An agent of a plug-in that is {@link AutoCloseable} is closed when its jar was replaced or removed and the last call
 * has ended. It must end its threads then, and take back whatever it registered with the JDK (shutdown hooks, drivers,
 * thread locals of others' threads), or the classes of its jar stay in memory.
 */
public interface JavaAgent {
    /** The agent's name, as graphs call it; not null, the same for the life of the instance. */
    String name();

    /**
     * Does the work. Blocking is fine. The thread is interrupted when the attempt is cancelled or out of time.
     *
     * @return the reply; null where the work is done and there is nothing to write
     * @throws Exception where the attempt failed; it may be retried, under the exception's simple class name as type
     */
    @Nullable
    AgentReply call(AgentCall call) throws Exception;
}
