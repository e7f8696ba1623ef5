package dev.postroad.runtime.history.tasks;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.history.rows.JsonFields;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Writes what became of tasks as the JSON that HTTP answers. */
public final class TaskJson {
    private TaskJson() {}

    /** Some tasks, and where to go on. */
    public static ObjectNode tree(TaskPage page) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("tasks", JsonFields.list(page.tasks(), TaskJson::tree));
        if (page.next() != null) {
            json.put("next", page.next());
        }
        return json;
    }

    private static ObjectNode tree(RunTask task) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("task", task.task())
                .put("node", task.node())
                .put("superstep", task.superstep());
        if (task.agent() != null) {
            json.put("agent", task.agent());
        }
        json.put("status", task.status()).put("attempts", task.attempts());
        put(json, "startedAt", task.startedAt());
        put(json, "endedAt", task.endedAt());
        put(json, task.durationMillis());
        json.put("inputTokens", task.inputTokens()).put("outputTokens", task.outputTokens());
        if (task.cost() != null) {
            json.set("cost", Json.amount(task.cost()));
        }
        if (task.error() != null) {
            json.set("error", task.error());
        }
        return json.put("superseded", task.superseded());
    }

    /** A task, with what went in, what came out, and each of its attempts. */
    public static ObjectNode tree(TaskDetails details) {
        ObjectNode json = tree(details.task());
        if (details.input() != null) {
            json.set("input", details.input());
        }
        if (details.inputVersion() >= 0) {
            json.put("inputVersion", details.inputVersion());
        }
        if (details.output() != null) {
            json.set("output", details.output());
        }
        put(json, "nextTryAt", details.nextTryAt());
        json.set("calls", JsonFields.list(details.attempts(), TaskJson::tree));
        return json;
    }

    private static ObjectNode tree(TaskDetails.Attempt attempt) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("attempt", attempt.attempt())
                .put("status", attempt.status())
                .put("repeated", attempt.repeated());
        put(json, "startedAt", attempt.startedAt());
        put(json, "endedAt", attempt.endedAt());
        put(json, attempt.durationMillis());
        if (attempt.error() != null) {
            json.set("error", attempt.error());
        }
        return json;
    }

    private static void put(ObjectNode json, String field, @Nullable Instant time) {
        if (time != null) {
            json.put(field, time.toString());
        }
    }

    private static void put(ObjectNode json, long millis) {
        if (millis >= 0) {
            json.put("durationMs", millis);
        }
    }
}
