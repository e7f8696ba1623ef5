package dev.postroad.runtime.history.past;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.rows.JsonFields;

/** Writes what happened to a run, and the states that it had, as the JSON that commands print and HTTP answers: times as ISO-8601, no nulls. */
public final class PastJson {
    private PastJson() {}

    /** What a migration would come to. */
    public static ObjectNode tree(MigrationPlan plan) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("runId", plan.runId())
                .put("graph", plan.graph())
                .put("fromGraphVersion", plan.fromVersion())
                .put("graphVersion", plan.toVersion())
                .put("status", plan.status().publicName())
                .put("possible", plan.lost().isEmpty());
        ArrayNode lost = json.putArray("lost");
        plan.lost().forEach(lost::add);
        return json;
    }

    /** An event as it stands on the events topic, in the same order of fields. */
    public static ObjectNode tree(RunEvent event) {
        ObjectNode json = JsonFields.object().put("runId", event.runId());
        if (!event.graph().isEmpty()) {
            json.put("graph", event.graph()).put("graphVersion", event.graphVersion());
        }
        event.write(new EventFields(json));
        json.set("data", event.data());
        return json;
    }

    /** A state, with what it is the state of. */
    public static ObjectNode tree(RunState state) {
        ObjectNode json = JsonFields.object()
                .put("runId", state.runId())
                .put("graph", state.graph())
                .put("graphVersion", state.graphVersion())
                .put("status", state.status().publicName())
                .put("version", state.version());
        json.set("state", state.state());
        return json;
    }

    /** How a state came to be. */
    public static ObjectNode tree(StateVersion made) {
        ObjectNode json = JsonFields.object()
                .put("version", made.version())
                .put("seq", made.seq())
                .put("at", made.at().toString())
                .put("type", made.type().publicName());
        json.set("nodes", JsonFields.texts(made.nodes()));
        json.put("superstep", made.superstep());
        json.set("changed", JsonFields.texts(made.changed()));
        if (!made.writers().isEmpty()) {
            ObjectNode writers = json.putObject("writers");
            made.writers().forEach((channel, nodes) -> writers.set(channel, JsonFields.texts(nodes)));
        }
        json.set("next", JsonFields.texts(made.next()));
        if (!made.by().isEmpty()) {
            json.set("by", JsonFields.texts(made.by()));
        }
        return json;
    }

    /** What tells two states apart; the states themselves are left out. */
    public static ObjectNode tree(StateDiff diff) {
        ObjectNode json = JsonFields.object()
                .put("runId", diff.runId())
                .put("from", diff.from())
                .put("to", diff.to());
        json.set("patch", diff.patch());
        return json;
    }

    /** When the attempts of a run were under way. */
    public static ObjectNode tree(RunTimeline timeline) {
        ObjectNode json = JsonFields.object()
                .put("runId", timeline.runId())
                .put("status", timeline.status().publicName());
        JsonFields.put(json, "queuedAt", timeline.queuedAt());
        JsonFields.put(json, "startedAt", timeline.startedAt());
        JsonFields.put(json, "endedAt", timeline.endedAt());
        json.set("bars", JsonFields.list(timeline.bars(), PastJson::tree));
        return json;
    }

    private static ObjectNode tree(RunTimeline.Bar bar) {
        ObjectNode json = JsonFields.object()
                .put("node", bar.node())
                .put("task", bar.task())
                .put("attempt", bar.attempt())
                .put("superstep", bar.superstep());
        JsonFields.put(json, "startedAt", bar.startedAt());
        JsonFields.put(json, "endedAt", bar.endedAt());
        JsonFields.put(json, "waitsFor", bar.waitsFor());
        JsonFields.put(json, "waitsSince", bar.waitsSince());
        return json.put("outcome", bar.outcome());
    }
}
