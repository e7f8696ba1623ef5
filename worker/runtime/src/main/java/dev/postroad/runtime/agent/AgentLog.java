package dev.postroad.runtime.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.postroad.contracts.agent.AgentCall;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Writes what an agent logged in its answer to the worker's log, with the run, the task and the attempt. What is no log
 * entry is written as it is: work that is done is not lost for a bad line. Thread-safe.
 */
final class AgentLog {
    private static final Logger LOG = LoggerFactory.getLogger("dev.postroad.agent");
    private static final int MOST_ENTRIES = 1_000;
    private static final int MOST_CHARACTERS = 10_000;
    private static final Map<String, Level> LEVELS = Map.of(
            "trace", Level.TRACE,
            "debug", Level.DEBUG,
            "info", Level.INFO,
            "warn", Level.WARN,
            "warning", Level.WARN,
            "error", Level.ERROR);

    private AgentLog() {}

    /** @param logs a list of texts or of {@code {"level", "message"}}; null for nothing */
    static void write(AgentCall call, @Nullable JsonNode logs) {
        if (logs == null) {
            return;
        }
        Iterable<JsonNode> entries = logs instanceof ArrayNode list ? list : List.of(logs);
        int written = 0;
        for (JsonNode entry : entries) {
            if (written++ == MOST_ENTRIES) {
                LOG.warn("{} {} attempt {}: further entries are left out", call.runId(), call.task(), call.attempt());
                return;
            }
            writeEntry(call, entry);
        }
    }

    private static void writeEntry(AgentCall call, JsonNode entry) {
        Level level = LEVELS.getOrDefault(entry.path("level").asText().toLowerCase(Locale.ROOT), Level.INFO);
        JsonNode message = entry.has("message") ? entry.get("message") : entry;
        String text = message.isTextual() ? message.textValue() : message.toString();
        LOG.atLevel(level)
                .log(
                        "{} {} attempt {}: {}",
                        call.runId(),
                        call.task(),
                        call.attempt(),
                        text.substring(0, Math.min(text.length(), MOST_CHARACTERS)));
    }
}
