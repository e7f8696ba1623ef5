package dev.postroad.engine.graph;

import dev.postroad.contracts.definition.RetrySettings;
import dev.postroad.engine.expression.Expression;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One step of a graph.
 *
 * @param index the place in the order of declaration, from 0
 * @param input makes the agent's input; null hands over the whole state
 * @param output makes the writes; null takes the result as the writes
 * @param timeout overrides the agent's; null where it does not
 */
public record Node(
        String name,
        int index,
        Work work,
        @Nullable Expression input,
        @Nullable Expression output,
        RetrySettings retry,
        @Nullable Duration timeout) {

    /** What does a node's work. */
    public sealed interface Work {}

    /** An agent, by name. */
    public record ByAgent(String agent) implements Work {}

    /** An expression that gives the writes. */
    public record BySet(Expression writes) implements Work {}
}
