package dev.postroad.runtime.guard;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.GuardSettings;
import dev.postroad.contracts.definition.NodeGuardSettings;
import dev.postroad.runtime.availability.Availability;
import dev.postroad.runtime.availability.BreakerRows;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The guards of all agents that this worker called. Where an agent's settings change, calls under way keep to the old
 * guard and the next meet the new one, which begins afresh. Thread-safe.
 */
public final class Guards {
    private final AgentBreaker.Shared shared;
    private final ConcurrentHashMap<String, AgentGuard> guards = new ConcurrentHashMap<>();

    /** @param metrics shows how breakers, bulkheads and rate limits stand */
    public Guards(BreakerRows rows, Availability availability, MeterRegistry metrics, InstantSource clock) {
        this.shared = new AgentBreaker.Shared(rows, availability, new Instruments(metrics), clock);
    }

    /**
     * Lets a call through, now or after a wait.
     *
     * @param settings the agent's, the same object until they change
     * @param timeout the longest that the call may take
     * @param graph the graph that calls
     * @param node the node of it that calls
     * @param ofNode what that node says
     * @throws InterruptedException where the call was stopped while it waited
     */
    public Entry enter(
            String agent, GuardSettings settings, Duration timeout, String graph, String node, NodeGuardSettings ofNode)
            throws InterruptedException {
        AgentGuard guard = guards.get(agent);
        if (guard == null || !guard.isFor(settings)) {
            guard = guards.compute(
                    agent,
                    (name, current) -> current != null && current.isFor(settings)
                            ? current
                            : new AgentGuard(name, settings, timeout, shared));
        }
        return guard.enter(graph, node, ofNode);
    }

    /**
     * Counts how a call went that was let through, and was not waited for: the agent answered later, or was given up. Where
     * no call of the agent was made here, it counts for nothing.
     */
    public void count(String agent, AgentReply reply, long durationMillis) {
        AgentGuard guard = guards.get(agent);
        if (guard != null) {
            guard.count(reply, durationMillis);
        }
    }

    /** Agents stand otherwise than before. */
    public void follow(Collection<String> agents) {
        for (String agent : agents) {
            AgentGuard guard = guards.get(agent);
            if (guard != null) {
                guard.follow();
            }
        }
    }
}
