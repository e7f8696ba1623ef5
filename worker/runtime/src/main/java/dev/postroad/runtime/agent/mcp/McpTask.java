package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Duration;
import java.util.Map;

/**
 * What a server says of a task that it made of a call. Immutable.
 *
 * @param words what it says of it for people; may be empty
 * @param every how long it is left alone until it is asked again: as long as it wants, within bounds
 * @param said all of it; must not be changed
 */
record McpTask(String id, Status status, String words, Duration every, JsonNode said) {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final String ID = "taskId";
    /** It is kept in the journal, and may hold all that the server knows of the task. */
    private static final int LONGEST_ID = 16_000;

    /** When a server is asked again that could not be asked. */
    static final Duration LATER = Duration.ofSeconds(5);

    enum Status {
        WORKING,
        INPUT_REQUIRED,
        COMPLETED,
        FAILED,
        CANCELLED,
        /** The server knows no such task, or no more. */
        LOST,
        /** What the server says is of no task. */
        NONSENSE
    }

    static McpTask read(JsonNode tree) {
        // The protocol of 2025-11-25 names the interval without its unit.
        JsonNode every = tree.has("pollIntervalMs") ? tree.path("pollIntervalMs") : tree.path("pollInterval");
        String id = tree.path(ID).asText();
        JsonNode status = tree.path("status");
        boolean isOne = !id.isEmpty() && id.length() <= LONGEST_ID && status.isTextual();
        return new McpTask(
                id,
                isOne ? status(status.textValue()) : Status.NONSENSE,
                tree.path("statusMessage").asText(),
                bounded(every.asLong()),
                tree);
    }

    /** What is said of one task is not said of another. */
    McpTask about(String task) {
        return id.equals(task) ? this : new McpTask(task, Status.NONSENSE, words, every, said);
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
        return Map.of(ID, id);
    }

    /** The task that such a request is about. */
    static String id(Map<String, Object> params) {
        return String.valueOf(params.get(ID));
    }

    static McpTask lost(String id, String why) {
        return new McpTask(id, Status.LOST, why, SHORTEST, MissingNode.getInstance());
    }

    /** A sentence that may end with what the server says. */
    String told(String sentence) {
        return words.isBlank() ? sentence : sentence + ": " + words;
    }
}
