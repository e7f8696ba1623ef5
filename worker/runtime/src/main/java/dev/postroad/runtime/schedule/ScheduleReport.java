package dev.postroad.runtime.schedule;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.ScheduleDefinition;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A schedule, and how it stands.
 *
 * @param paused null where it is not
 * @param lastRun its newest run; null where it has had none
 * @param waiting how many times wait for a run to end
 * @param skipped how often of late it started nothing, as a run of it was under way
 * @param missed how often of late it started nothing, as no worker was there in time
 * @param isAimless whether there is no graph, or no agent, of the name that it starts runs of
 * @param next when it is due next, the first few times, as if it were not paused
 */
public record ScheduleReport(
        ScheduleDefinition definition,
        @Nullable Paused paused,
        @Nullable LastRun lastRun,
        int waiting,
        int skipped,
        int missed,
        boolean isAimless,
        List<Instant> next) {
    public ScheduleReport {
        next = List.copyOf(next);
    }

    /** By whom it is paused, and why; each null where it is not known. */
    public record Paused(
            @Nullable String by,
            @Nullable String reason,
            @Nullable Instant at) {}

    /**
     * Its newest run.
     *
     * @param status null where it is not admitted yet, or is gone
     */
    public record LastRun(String runId, @Nullable String status) {}

    /** As the API and the command show it. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("schedule", definition.name());
        switch (definition.target()) {
            case ScheduleDefinition.OfGraph(String graph, Integer _) -> json.put("graph", graph);
            case ScheduleDefinition.OfAgent(String agent) -> json.put("agent", agent);
        }
        json.put("overlap", definition.overlap().publicName());
        json.put("catchUp", definition.catchUp().toString());
        json.put("paused", paused != null);
        if (paused != null) {
            put(json, "pausedBy", paused.by());
            put(json, "pausedReason", paused.reason());
            put(json, "pausedAt", paused.at());
        }
        if (lastRun != null) {
            ObjectNode last = json.putObject("lastRun").put("runId", lastRun.runId());
            put(last, "status", lastRun.status());
        }
        json.put("waiting", waiting).put("skipped", skipped).put("missed", missed);
        next.forEach(addedTo(json.putArray("next")));
        json.set("definition", definition.source());
        put(json, "problem", problem());
        return json;
    }

    /** Why it starts nothing, though it is not paused; null where nothing is known to be in its way. */
    public @Nullable String problem() {
        if (!isAimless) {
            return null;
        }
        String target = switch (definition.target()) {
            case ScheduleDefinition.OfGraph(String graph, Integer _) -> "graph " + graph;
            case ScheduleDefinition.OfAgent(String agent) -> "agent " + agent;
        };
        return "there is no " + target + "; publish it, or remove the schedule";
    }

    private static Consumer<Instant> addedTo(ArrayNode times) {
        return time -> times.add(time.toString());
    }

    private static void put(ObjectNode json, String field, @Nullable Object value) {
        if (value != null) {
            json.put(field, value.toString());
        }
    }
}
