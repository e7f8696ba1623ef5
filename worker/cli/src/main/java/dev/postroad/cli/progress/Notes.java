package dev.postroad.cli.progress;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.message.RunEvent;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Says in a few words what the data of an event says. */
final class Notes {
    private Notes() {}

    static String of(RunEvent event) {
        JsonNode data = event.data();
        return switch (event.type()) {
            case NODE_RETRYING ->
                error(data) + "; again at " + data.path("dueAt").asText();
            case NODE_FAILED, RUN_FAILED -> error(data);
            case RUN_CANCELLED, TRIGGER_REJECTED, TRIGGER_DUPLICATE ->
                data.path("reason").asText();
            case COMMAND_REJECTED ->
                data.path("command").asText() + ": " + data.path("reason").asText();
            case RUN_QUEUED, RUN_STARTED, NODE_STARTED, NODE_COMPLETED, NODE_CANCELLED, RUN_RETRIED, RUN_COMPLETED ->
                "";
        };
    }

    /** When the next attempt is due; the event's own time where it does not say. */
    static Instant dueAt(RunEvent event) {
        try {
            return Instant.parse(event.data().path("dueAt").asText());
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
