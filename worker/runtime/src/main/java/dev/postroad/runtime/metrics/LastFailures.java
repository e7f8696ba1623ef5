package dev.postroad.runtime.metrics;

import dev.postroad.contracts.agent.AgentReply.Faulted;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The last failure of each agent that is not in Postgres yet; at most of {@value #MOST_AGENTS} agents. Thread-safe. */
final class LastFailures {
    private static final int MOST_AGENTS = 10_000;

    private final ConcurrentHashMap<String, LastFailure> unwritten = new ConcurrentHashMap<>();

    /** How a call failed. */
    record LastFailure(Instant at, String type, String message) {}

    void failed(String agent, Instant at, Faulted fault) {
        if (unwritten.size() < MOST_AGENTS || unwritten.containsKey(agent)) {
            unwritten.put(agent, new LastFailure(at, fault.type(), fault.message()));
        }
    }

    /** Those of now. */
    Map<String, LastFailure> unwritten() {
        return Map.copyOf(unwritten);
    }

    /** They are in Postgres; those that came since are not. */
    void written(Map<String, LastFailure> failures) {
        failures.forEach(unwritten::remove);
    }
}
