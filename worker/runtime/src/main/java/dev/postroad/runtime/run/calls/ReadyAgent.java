package dev.postroad.runtime.run.calls;

import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.GuardSettings;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.agent.attempt.AgentClient;
import java.time.Duration;
import java.util.Optional;

/**
 * An agent that can be called.
 *
 * @param kind how it is reached
 * @param policy when its failed attempts are followed by others
 * @param timeout the longest that an attempt may take
 * @param guard what stands around each call
 */
public record ReadyAgent(
        AgentClient client, AgentDefinition.Kind kind, RetryPolicy policy, Duration timeout, GuardSettings guard) {
    /** The longest that an attempt may take where nobody said otherwise. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(1);

    /** The longest that an attempt of a call may take: as its node says, or else as the agent does. */
    Duration timeoutOf(Effect.CallAgent call) {
        Duration ofNode = call.timeout();
        return ofNode == null ? timeout : ofNode;
    }

    /** Finds agents by name. Thread-safe; must not block. */
    public interface Directory {
        /** The agent of a name, as it is defined now; empty where there is none. */
        Optional<ReadyAgent> agent(String name);

        /** Why there is no agent of a name, for people. */
        default String absence(String name) {
            return "there is no such agent; publish it";
        }
    }
}
