package dev.postroad.contracts.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An agent as its author wrote it.
 *
 * @param timeout the longest that an attempt may take; null for the default
 * @param guard what stands around each of its calls
 * @param source the definition as written, with the settings that only its kind understands
 */
public record AgentDefinition(
        String name, Kind kind, @Nullable Duration timeout, RetrySettings retry, GuardSettings guard, ObjectNode source)
        implements Definition {

    /** How an agent is reached. */
    public enum Kind {
        /** A chat model behind an OpenAI-compatible endpoint. */
        LLM,
        /** A service that takes a POST. */
        HTTP,
        /** A tool of an MCP server. */
        MCP,
        /** Whoever reads a topic of its own, and answers on another. */
        KAFKA,
        /** A class that implements {@link dev.postroad.contracts.agent.JavaAgent}. */
        JAVA;

        /** The name in definitions, such as {@code http}. */
        public String publicName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public String registryKey() {
        return "agent/" + name;
    }
}
