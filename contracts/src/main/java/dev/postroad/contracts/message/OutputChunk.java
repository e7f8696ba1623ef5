package dev.postroad.contracts.message;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import dev.postroad.contracts.json.Json;
import java.time.Instant;
import java.util.List;

/**
 * A piece of what a node shows while it runs, as on {@code postroad.output}.
 *
 * @param task the task whose attempt shows it
 * @param attempt from 1
 * @param index the place among the chunks of this attempt, from 0; a gap tells of chunks that were dropped, and 0 that the
 *     attempt shows anew, as it does after a wait or when another worker takes it up
 * @param chunk the text; may be empty
 * @param at when it was emitted, by the clock of the worker
 */
public record OutputChunk(
        String runId, String graph, String node, String task, int attempt, int index, String chunk, Instant at) {
    private static final String REMEDY = "read records of the output topic only";

    /**
     * Reads the value of a record; unknown fields are ignored.
     *
     * @throws FaultsException with everything that is wrong with it
     */
    public static OutputChunk read(byte[] value) throws FaultsException {
        List<Fault> faults = new FaultList();
        Fields fields = Fields.of(Json.readOwn(value), "", faults);
        String graph = fields.text("graph");
        String text = fields.text("chunk");
        var chunk = new OutputChunk(
                fields.requiredText("runId", REMEDY),
                graph == null ? "" : graph,
                fields.requiredText("node", REMEDY),
                fields.requiredText("task", REMEDY),
                number(fields, "attempt", 1),
                number(fields, "index", 0),
                text == null ? "" : text,
                fields.requiredInstant("at", REMEDY));
        if (text == null && !fields.has("chunk")) {
            fields.missing("chunk", REMEDY);
        }
        if (!faults.isEmpty()) {
            throw new FaultsException(faults);
        }
        return chunk;
    }

    private static int number(Fields fields, String field, int least) {
        Integer number = fields.whole(field, least, Integer.MAX_VALUE);
        if (number == null && !fields.has(field)) {
            fields.missing(field, REMEDY);
        }
        return number == null ? least : number;
    }

    /** The value of its record. */
    public ObjectNode toJson() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("runId", runId)
                .put("graph", graph)
                .put("node", node)
                .put("task", task)
                .put("attempt", attempt)
                .put("index", index)
                .put("chunk", chunk)
                .put("at", at.toString());
    }
}
