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
 * An event as subscribers read it.
 *
 * @param seq the place in the run's journal, from 1; 0 for an event outside a journal
 * @param type {@link EventType#UNKNOWN} where a later release wrote a type that this one does not know
 * @param typeName the public name of the type, also of an unknown one
 * @param node the node, null for an event of the whole run; so are {@code task} and {@code attempt} (0)
 * @param version the number of the run's state after this event
 * @param durationMillis how long the attempt or run took; -1 where nothing ended
 * @param progress 0 to 1: which share of the nodes of the run's own graph has completed at least once, at most 0.99 before
 *     {@code run.completed}, where it is 1; never falls within one run, also after a rollback or a continuation
 * @param data what belongs to this type of event; an object
 */
public record RunEvent(
        String runId,
        String graph,
        int graphVersion,
        int seq,
        EventType type,
        String typeName,
        Instant at,
        @Nullable String node,
        @Nullable String task,
        int attempt,
        int superstep,
        int version,
        long durationMillis,
        double progress,
        JsonNode data)
        implements EventColumns {
    private static final String REMEDY = "read it from the events topic";

    /** An event of a type that this release knows. */
    public RunEvent(
            String runId,
            String graph,
            int graphVersion,
            int seq,
            EventType type,
            Instant at,
            @Nullable String node,
            @Nullable String task,
            int attempt,
            int superstep,
            int version,
            long durationMillis,
            double progress,
            JsonNode data) {
        this(
                runId,
                graph,
                graphVersion,
                seq,
                type,
                type.publicName(),
                at,
                node,
                task,
                attempt,
                superstep,
                version,
                durationMillis,
                progress,
                data);
    }

    /**
     * An event as it stands in a journal.
     *
     * @param type {@link EventType#UNKNOWN} where what it says cannot be read, whatever the name of its type
     */
    public static RunEvent of(
            String runId, String graph, int graphVersion, EventType type, EventColumns columns, JsonNode data) {
        return new RunEvent(
                runId,
                graph,
                graphVersion,
                columns.seq(),
                type,
                columns.typeName(),
                columns.at(),
                columns.node(),
                columns.task(),
                columns.attempt(),
                columns.superstep(),
                columns.version(),
                columns.durationMillis(),
                columns.progress(),
                data);
    }

    /**
     * Reads an event's value.
     *
     * @throws FaultsException where it is no event
     */
    public static RunEvent read(byte[] value) throws FaultsException {
        return read(Json.readOwn(value));
    }

    /**
     * Reads an event; unknown fields are ignored, and an unknown type is {@link EventType#UNKNOWN}.
     *
     * @throws FaultsException with everything that is wrong with it
     */
    public static RunEvent read(JsonNode tree) throws FaultsException {
        List<Fault> faults = new FaultList();
        Fields fields = Fields.of(tree, "", faults);
        String runId = fields.requiredText("runId", REMEDY);
        String graph = fields.text("graph");
        String type = fields.requiredText("type", REMEDY);
        Instant at = fields.requiredInstant("at", REMEDY);
        Double progress = fields.number("progress", 0, 1);
        ObjectNode data = fields.objectOf("data");
        var event = new RunEvent(
                runId,
                graph == null ? "" : graph,
                count(fields, "graphVersion"),
                count(fields, "seq"),
                EventType.ofAny(type),
                type,
                at,
                fields.text("node"),
                fields.text("task"),
                count(fields, "attempt"),
                count(fields, "superstep"),
                count(fields, "version"),
                duration(fields),
                progress == null ? 0 : progress,
                data == null ? JsonNodeFactory.instance.objectNode() : data);
        if (!faults.isEmpty()) {
            throw new FaultsException(faults);
        }
        return event;
    }

    private static int count(Fields fields, String field) {
        Integer count = fields.whole(field, 0, Integer.MAX_VALUE);
        return count == null ? 0 : count;
    }

    /** Beyond an int, since a run may wait for months. */
    private static long duration(Fields fields) {
        JsonNode millis = fields.tree("durationMs");
        if (millis == null) {
            return -1;
        }
        if (!millis.canConvertToExactIntegral() || !millis.canConvertToLong() || millis.longValue() < 0) {
            fields.fault("durationMs", "is no whole number of milliseconds", REMEDY);
            return -1;
        }
        return millis.longValue();
    }
}
