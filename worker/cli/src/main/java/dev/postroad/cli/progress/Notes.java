package dev.postroad.cli.progress;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.message.RunEvent;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;

/** Says in a few words what the data of an event says. */
final class Notes {
    private Notes() {}

    static String of(RunEvent event) {
        JsonNode data = event.data();
        return switch (event.type()) {
            case NODE_RETRYING ->
                error(data) + "; again at " + data.path("dueAt").asText();
            case NODE_FAILED -> error(data) + handler(data);
            case RUN_FAILED -> error(data);
            case NODE_CALLING -> calling(data);
            case NODE_WAITING -> waiting(data);
            case NODE_REASSIGNED -> "to " + data.path("assignee").asText();
            case BUDGET_EXCEEDED -> data.path("reason").asText();
            case NODE_REMINDED -> "nobody answered yet";
            case RUN_WAITING -> Waiting.of(event).toString();
            case RUN_CONTINUED -> mode(data.path("mode").asText());
            case STATE_UPDATED -> "as " + data.path("asNode").asText();
            case RUN_FORKED -> "as run " + data.path("newRunId").asText();
            case RUN_ROLLED_BACK -> "to version " + data.path("toVersion").asText();
            case RUN_MIGRATING, RUN_MIGRATED ->
                "to version " + data.path("graphVersion").asText() + " of its graph";
            case RUN_PAUSING, RUN_PAUSED ->
                data.hasNonNull("reason") ? data.path("reason").asText() : nodes(data);
            case BREAKPOINTS_SET -> nodes(data).isEmpty() ? "none" : nodes(data);
            case RUN_CANCELLED, TRIGGER_REJECTED, TRIGGER_DUPLICATE, TRIGGER_SUPERSEDED ->
                data.path("reason").asText();
            case COMMAND_REJECTED ->
                data.path("command").asText() + ": " + data.path("reason").asText();
            case RUN_QUEUED,
                    RUN_STARTED,
                    NODE_STARTED,
                    NODE_COMPLETED,
                    NODE_CANCELLED,
                    RUN_RESUMED,
                    RUN_UNPAUSED,
                    RUN_RETRIED,
                    RUN_COMPLETED,
                    UNKNOWN -> "";
        };
    }

    /** The tools that an agent calls, each as often as it does. */
    static String calling(JsonNode data) {
        List<String> tools = new ArrayList<>();
        data.path("calls").forEach(call -> tools.add(call.path("tool").asText()));
        return "calls " + String.join(", ", tools);
    }

    /** What a task asks, or until when it sleeps. */
    static String waiting(JsonNode data) {
        if (!isSleep(data)) {
            return Waiting.asks(data.path("interrupt"));
        }
        String missing = missing(data);
        return (missing.isEmpty() ? "" : missing + "; ") + "until "
                + data.path("until").asText();
    }

    /** Why the agent that a task waits for cannot be called; empty where it sleeps by its own will. */
    static String missing(JsonNode data) {
        return data.path("reason").asText();
    }

    /** Whether a task waits for a time, and for no person. */
    static boolean isSleep(JsonNode data) {
        return data.hasNonNull("until");
    }

    /** Before and after which nodes a run pauses; empty where at none. */
    private static String nodes(JsonNode data) {
        List<String> said = new ArrayList<>();
        for (String side : List.of("before", "after")) {
            List<String> names = new ArrayList<>();
            data.path(side).forEach(name -> names.add(name.asText()));
            if (!names.isEmpty()) {
                said.add(side + " " + String.join(", ", names));
            }
        }
        return String.join("; ", said);
    }

    private static String handler(JsonNode data) {
        return data.hasNonNull("handler") ? "; " + data.path("handler").asText() + " takes over" : "";
    }

    private static String mode(String mode) {
        return switch (mode) {
            case "enqueued" -> "enqueued until the run has ended";
            case "rolled_back" -> "from the state before the last input";
            default -> "";
        };
    }

    /**
     * The time that the data names in a field, such as when the next attempt is due; the event's own where it does not
     * say.
     */
    static Instant time(RunEvent event, String field) {
        try {
            return Instant.parse(event.data().path(field).asText());
        } catch (DateTimeParseException unsaid) {
            return event.at();
        }
    }

    /** The error as {@code type in node: message}. */
    static String error(JsonNode data) {
        JsonNode error = data.path("error");
        String where = error.hasNonNull("node") ? " in " + error.path("node").asText() : "";
        return error.path("type").asText() + where + ": "
                + error.path("message").asText();
    }
}
