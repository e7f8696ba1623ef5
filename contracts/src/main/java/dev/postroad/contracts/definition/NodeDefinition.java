package dev.postroad.contracts.definition;

import dev.postroad.contracts.agent.Asking;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step of a graph. Expressions are CEL.
 *
 * @param work what does the node's work
 * @param input makes the agent's input from {@code state}; null hands over the whole state
 * @param output makes the writes from {@code result}; null takes the result as the writes
 * @param retry overrides the agent's settings where it says something
 * @param timeout overrides the agent's; null where it does not
 * @param defer whether it waits until no other node is triggered
 * @param onError the node that takes over when this one failed for good; null for none
 * @param cache how long a result serves for equal inputs in its stead; null for no time
 * @param destinations where its agent's {@code goto} may lead, besides its edges; empty where the author did not say
 * @param guard what it says about the calls of its agent
 */
public record NodeDefinition(
        String name,
        Work work,
        @Nullable String input,
        @Nullable String output,
        RetrySettings retry,
        @Nullable Duration timeout,
        boolean defer,
        @Nullable String onError,
        @Nullable Duration cache,
        List<String> destinations,
        NodeGuardSettings guard) {

    public NodeDefinition {
        destinations = List.copyOf(destinations);
    }

    /** What does a node's work. */
    public sealed interface Work {}

    /** An agent. */
    public record ByAgent(String agent) implements Work {}

    /** The built-in kind: an expression that gives the writes. */
    public record BySet(String expression) implements Work {}

    /**
     * Waits for a person, whose answer is the result.
     *
     * @param expression gives what they are asked
     * @param asking who is asked, for how long and for what; its assignee is an expression
     */
    public record ByInterrupt(String expression, Asking asking) implements Work {
        /** Anybody may answer anything. */
        public ByInterrupt(String expression) {
            this(expression, Asking.ANYBODY);
        }
    }

    /** Waits until a time; the expression gives it, or a duration. */
    public record BySleep(String expression) implements Work {}

    /**
     * Another graph.
     *
     * @param version null for the newest when this graph is published
     */
    public record ByGraph(String graph, @Nullable Integer version) implements Work {}
}
