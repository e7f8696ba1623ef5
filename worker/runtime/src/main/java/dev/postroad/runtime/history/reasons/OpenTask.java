package dev.postroad.runtime.history.reasons;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.definition.ClusterScope;
import dev.postroad.contracts.definition.OnUnavailable;
import dev.postroad.runtime.history.rows.Rows;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The last thing that happened to a task that is not done. */
record OpenTask(String type, String node, String task, int attempt, Instant at, JsonNode data) {
    static final String SOME = """
            SELECT DISTINCT ON (task) type, node, task, attempt, at, data, seq
            FROM (SELECT type, node, task, attempt, at, data, seq FROM postroad.journal
                  WHERE run = :run AND task IS NOT NULL AND seq > coalesce((
                        SELECT max(seq) FROM postroad.journal
                        WHERE run = :run AND type IN ('run.rolled-back', 'run.cancelled', 'state.updated')), 0)
                  ORDER BY seq DESC LIMIT 2000) newest
            ORDER BY task, seq DESC""";

    static OpenTask of(ResultSet row) throws SQLException {
        return new OpenTask(
                row.getString("type"),
                row.getString("node"),
                row.getString("task"),
                row.getInt("attempt"),
                Rows.requiredTime(row, "at"),
                Rows.requiredJson(row, "data"));
    }

    /** Whether an agent is at work on it; a graph inside has tasks of its own. */
    boolean isCalling() {
        return (type.equals("node.started") && data.has("agent")) || isDispatched();
    }

    /** Whether that agent has it by itself, while the run waits. */
    private boolean isDispatched() {
        return type.equals("node.waiting") && data.has("dispatched");
    }

    boolean isRetrying() {
        return type.equals("node.retrying");
    }

    /** Whether it waits for a time, and for nothing else. */
    boolean isSleeping() {
        return type.equals("node.waiting") && data.has("until") && !data.has("agent") && !isDispatched();
    }

    boolean isMissingItsAgent() {
        return type.equals("node.waiting") && data.has("agent");
    }

    /** Whether the agent can be called, and its limit over all workers is used up. */
    boolean isBeyondLimit() {
        return reason().contains(ClusterScope.LIMIT);
    }

    /** Whether the agent is there, and the worker that has the run cannot call it. */
    boolean isUnusable() {
        return reason().contains(OnUnavailable.UNUSABLE);
    }

    String reason() {
        return data.path("reason").asText();
    }

    String agent() {
        return (isDispatched() ? data.path("dispatched") : data).path("agent").asText();
    }

    /** When it goes on by itself, or its agent is given up; null for never. */
    @Nullable
    Instant until() {
        JsonNode time =
                isDispatched() ? data.path("dispatched").path("deadline") : data.path(isRetrying() ? "dueAt" : "until");
        String text = time.textValue();
        return text == null ? null : Instant.parse(text);
    }

    String errorType() {
        return data.path("error").path("type").asText();
    }

    String error() {
        JsonNode error = data.path("error");
        return error.path("type").asText() + ": " + error.path("message").asText();
    }
}
