package dev.postroad.engine.graph;

import dev.postroad.contracts.agent.Asking;
import dev.postroad.contracts.definition.NodeGuardSettings;
import dev.postroad.contracts.definition.RetrySettings;
import dev.postroad.engine.expression.Expression;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One step of a graph.
 *
 * @param index the place in the order of declaration, from 0
 * @param input makes the agent's input; null hands over the whole state
 * @param output makes the writes; null takes the result as the writes
 * @param timeout overrides the agent's; null where it does not
 * @param defer whether it waits until no other node is triggered
 * @param onError the node that takes over when this one failed for good; null for none
 * @param cache how long a result serves for equal inputs in its stead; null for no time
 * @param destinations where {@code goto} may lead; empty for any node
 * @param guard what it says about the calls of its agent
 * @param elementNames the names that {@code forEach} edges give to what they hand this node
 */
public record Node(
        String name,
        int index,
        Work work,
        @Nullable Expression input,
        @Nullable Expression output,
        RetrySettings retry,
        @Nullable Duration timeout,
        boolean defer,
        @Nullable String onError,
        @Nullable Duration cache,
        Set<String> destinations,
        NodeGuardSettings guard,
        Set<String> elementNames) {

    /** What does a node's work. */
    public sealed interface Work {}

    /** An agent, by name. */
    public record ByAgent(String agent) implements Work {}

    /** An expression that gives the writes. */
    public record BySet(Expression writes) implements Work {}

    /**
     * An expression that gives what a person is asked.
     *
     * @param assignee gives whose question it is; null for anybody's
     * @param asking the rest of how they are asked
     */
    public record ByInterrupt(Expression question, @Nullable Expression assignee, Asking asking) implements Work {}

    /** An expression that gives a duration, or a time. */
    public record BySleep(Expression until) implements Work {}

    /** Another graph. */
    public record ByGraph(Graph graph) implements Work {}
}
