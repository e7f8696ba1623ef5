package dev.postroad.contracts.agent;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One call of a tool that an agent wants made.
 *
 * @param id the caller's own name for the call, by which it knows the answer; unlike that of any other of the same reply
 * @param tool the name under which the caller knows the tool
 * @param target what does the work
 * @param input what that is given
 */
public record ToolCall(String id, String tool, Target target, JsonNode input) {
    /** What does the work of a tool. */
    public sealed interface Target {}

    /** An agent of any kind. */
    public record OfAgent(String name) implements Target {}

    /** A graph, whose channels are given the input; its last state is the answer. */
    public record OfGraph(String name, int version) implements Target {}

    /**
     * Nothing: the call cannot be made as it is, and is answered so.
     *
     * @param type the kind of error, such as {@code tool.unknown}
     * @param message for the caller
     */
    public record Refused(String type, String message) implements Target {}
}
