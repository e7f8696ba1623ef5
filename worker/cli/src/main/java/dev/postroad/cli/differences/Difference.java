package dev.postroad.cli.differences;

import com.fasterxml.jackson.databind.JsonNode;

/** What one state has, and the other has not. */
sealed interface Difference {
    /** Where it is within a channel, such as {@code .sections[2].title}; empty for the channel as a whole. */
    String path();

    record Added(String path, JsonNode value) implements Difference {}

    record Removed(String path, JsonNode value) implements Difference {}

    record Changed(String path, JsonNode before, JsonNode after) implements Difference {}
}
