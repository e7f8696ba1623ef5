package dev.postroad.contracts.definition;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One step of a graph. Expressions are CEL.
 *
 * @param work what does the node's work
 * @param input makes the agent's input from {@code state}; null hands over the whole state
 * @param output makes the writes from {@code result}; null takes the result as the writes
 * @param retry overrides the agent's settings where it says something
 * @param timeout overrides the agent's; null where it does not
 */
public record NodeDefinition(
        String name,
        Work work,
        @Nullable String input,
        @Nullable String output,
        RetrySettings retry,
        @Nullable Duration timeout) {

    /** What does a node's work. */
    public sealed interface Work {}

    /** An agent. */
    public record ByAgent(String agent) implements Work {}

    /** The built-in kind: an expression that gives the writes. */
    public record BySet(String expression) implements Work {}
}
