package dev.postroad.runtime.agent.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentLogger;
import dev.postroad.contracts.agent.LogLevel;
import dev.postroad.runtime.agent.attempt.Excerpt;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes what an agent logged in its answer to the run's log. What is no log entry is written as it is: work that is done
 * is not lost for a bad line. Secrets that the agent was sent are left out. Thread-safe.
 */
public final class AgentLog {
    private AgentLog() {}

    /**
     * Writes it down.
     *
     * @param logs a list of texts or of {@code {"level", "message", "fields"}}; null for nothing
     */
    public static void write(AgentLogger log, @Nullable JsonNode logs, Excerpt excerpt) {
        if (logs == null) {
            return;
        }
        Iterable<JsonNode> entries = logs instanceof ArrayNode list ? list : List.of(logs);
        entries.forEach(entry -> writeEntry(log, entry, excerpt));
    }

    private static void writeEntry(AgentLogger log, JsonNode entry, Excerpt excerpt) {
        LogLevel level = LogLevel.of(entry.path("level").asText()).orElse(LogLevel.INFO);
        JsonNode message = entry.has("message") ? entry.get("message") : entry;
        String text = message.isTextual() ? message.textValue() : message.toString();
        log.log(level, excerpt.hidden(text), fields(entry, excerpt));
    }

    /** Fields that hold a secret become a text without it. */
    private static @Nullable ObjectNode fields(JsonNode entry, Excerpt excerpt) {
        if (!(entry.path("fields") instanceof ObjectNode fields)) {
            return null;
        }
        String json = fields.toString();
        String hidden = excerpt.hidden(json);
        return hidden.equals(json) ? fields : fields.objectNode().put("text", hidden);
    }
}
