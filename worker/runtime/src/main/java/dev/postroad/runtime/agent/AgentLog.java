package dev.postroad.runtime.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.LogLevel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes what an agent logged in its answer to the run's log. What is no log entry is written as it is: work that is done
 * is not lost for a bad line. Thread-safe.
 */
final class AgentLog {
    private AgentLog() {}

    /** @param logs a list of texts or of {@code {"level", "message", "fields"}}; null for nothing */
    static void write(AgentCall call, @Nullable JsonNode logs) {
        if (logs == null) {
            return;
        }
        Iterable<JsonNode> entries = logs instanceof ArrayNode list ? list : List.of(logs);
        entries.forEach(entry -> writeEntry(call, entry));
    }

    private static void writeEntry(AgentCall call, JsonNode entry) {
        LogLevel level = LogLevel.of(entry.path("level").asText()).orElse(LogLevel.INFO);
        JsonNode message = entry.has("message") ? entry.get("message") : entry;
        String text = message.isTextual() ? message.textValue() : message.toString();
        call.log().log(level, text, entry.path("fields") instanceof ObjectNode fields ? fields : null);
    }
}
