package dev.postroad.cli.progress;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.RunEvent;

/** Writes an event as it stands on the events topic. */
public final class JsonEvents {
    private JsonEvents() {}

    /** The event, in the order of fields in which workers publish them. */
    public static ObjectNode tree(RunEvent event) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("runId", event.runId());
        if (!event.graph().isEmpty()) {
            json.put("graph", event.graph()).put("graphVersion", event.graphVersion());
        }
        if (event.seq() > 0) {
            json.put("seq", event.seq());
        }
        json.put("type", event.type().publicName()).put("at", event.at().toString());
        if (event.task() != null) {
            json.put("node", event.node()).put("task", event.task()).put("attempt", event.attempt());
        }
        json.put("superstep", event.superstep()).put("version", event.version());
        if (event.durationMillis() >= 0) {
            json.set("durationMs", Json.whole(event.durationMillis()));
        }
        json.put("progress", event.progress());
        json.set("data", event.data());
        return json;
    }
}
