package dev.postroad.runtime.history.past;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.LogLevel;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A line of a run's log.
 *
 * @param id grows with every line, over all runs
 * @param graph null, as all up to the agent are, where the line is about the run as a whole
 * @param fields what a machine is to find; null for nothing
 */
public record LogLine(
        long id,
        Instant at,
        LogLevel level,
        String runId,
        @Nullable String graph,
        @Nullable String node,
        @Nullable String task,
        @Nullable Integer attempt,
        @Nullable String agent,
        String worker,
        String message,
        @Nullable JsonNode fields) {

    /** The line as it is shown over HTTP and by the command. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", id).put("at", at.toString()).put("level", level.publicName());
        json.put("runId", runId);
        if (task != null) {
            json.put("graph", graph).put("node", node).put("task", task);
            json.put("attempt", attempt).put("agent", agent);
        }
        json.put("worker", worker).put("message", message);
        if (fields != null) {
            json.set("fields", fields);
        }
        return json;
    }
}
