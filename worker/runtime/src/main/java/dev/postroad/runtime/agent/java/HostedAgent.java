package dev.postroad.runtime.agent.java;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;
import org.jspecify.annotations.Nullable;

/**
 * A Java agent and where it came from.
 *
 * @param origin for people
 * @param lease of the code that it came with; whoever calls holds it
 */
public record HostedAgent(JavaAgent agent, String origin, Lease lease) {
    /** Calls the agent, with its own class loader as the thread's, by which libraries find its classes. */
    @Nullable
    AgentReply call(AgentCall call) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(agent.getClass().getClassLoader());
        try {
            return agent.call(call);
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
