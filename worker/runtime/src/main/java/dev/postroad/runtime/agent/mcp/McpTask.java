package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Map;

/**
 * What a server says of a task that it made of a call. Immutable.
 *
 * @param words what it says of it for people; may be empty
 * @param every how long it is left alone until it is asked again: as long as it wants, within bounds
 */
record McpTask(String id, Status status, String words, Duration every) {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** When a server is asked again that could not be asked. */
    static final Duration LATER = Duration.ofSeconds(5);

    enum Status {
        WORKING,
        INPUT_REQUIRED,
        COMPLETED,
        FAILED,
        CANCELLED,
        /** The server knows no such task, or no more. */
        LOST
    }

    static McpTask read(JsonNode tree) {
        return new McpTask(
                tree.path("taskId").asText(),
                status(tree.path("status").asText()),
                tree.path("statusMessage").asText(),
                bounded(tree.path("pollInterval").asLong()));
    }

    /** What a later release of the protocol may add is taken for work. */
    private static Status status(String name) {
        return switch (name) {
            case "input_required" -> Status.INPUT_REQUIRED;
            case "completed" -> Status.COMPLETED;
            case "failed" -> Status.FAILED;
            case "cancelled" -> Status.CANCELLED;
            default -> Status.WORKING;
        };
    }

    private static Duration bounded(long millis) {
        return Duration.ofMillis(Math.clamp(millis, SHORTEST.toMillis(), LONGEST.toMillis()));
    }

    /** What a server is asked with about a task. */
    static Map<String, Object> params(String id) {
        return Map.of("taskId", id);
    }

    static McpTask lost(String id, String why) {
        return new McpTask(id, Status.LOST, why, SHORTEST);
    }

    /** A sentence that may end with what the server says. */
    String told(String sentence) {
        return words.isBlank() ? sentence : sentence + ": " + words;
    }
}
