package dev.postroad.contracts.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import dev.postroad.contracts.json.Json;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened to an agent, as subscribers read it. Immutable but for its data, which must not be changed.
 *
 * @param id grows with each event of an agent; the same event may arrive twice, with the same id
 * @param type such as {@code agent.disabled}; there may be more types than a reader knows
 * @param worker the worker that saw to it; null where it was none
 * @param data what belongs to this type of event; an object
 */
public record AgentEvent(
        long id,
        String agent,
        String type,
        Instant at,
        @Nullable String worker,
        ObjectNode data) {
    private static final String REMEDY = "read it from the agent-events topic";

    /**
     * Reads an event's value.
     *
     * @throws FaultsException where it is no event
     */
    public static AgentEvent read(byte[] value) throws FaultsException {
        return read(Json.readOwn(value));
    }

    /**
     * Reads an event; unknown fields are ignored.
     *
     * @throws FaultsException with everything that is wrong with it
     */
    public static AgentEvent read(JsonNode tree) throws FaultsException {
        List<Fault> faults = new FaultList();
        Fields fields = Fields.of(tree, "", faults);
        ObjectNode data = fields.objectOf("data");
        var event = new AgentEvent(
                id(fields),
                fields.requiredText("agent", REMEDY),
                fields.requiredText("type", REMEDY),
                fields.requiredInstant("at", REMEDY),
                fields.text("worker"),
                data == null ? JsonNodeFactory.instance.objectNode() : data);
        if (!faults.isEmpty()) {
            throw new FaultsException(faults);
        }
        return event;
    }

    /** The event as it stands on the topic. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("id", Json.whole(id));
        json.put("agent", agent).put("type", type).put("at", at.toString());
        if (worker != null) {
            json.put("worker", worker);
        }
        json.set("data", data);
        return json;
    }

    /** The number of an event on this topic; 1, and a fault, where there is none. */
    static long id(Fields fields) {
        JsonNode id = fields.tree("id");
        if (id == null || !id.canConvertToExactIntegral() || !id.canConvertToLong() || id.longValue() < 1) {
            fields.fault("id", id == null ? "is missing" : "is no whole number from 1", REMEDY);
            return 1;
        }
        return id.longValue();
    }
}
