package dev.postroad.runtime.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.json.Shown;
import dev.postroad.contracts.message.RunIds;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.engine.graph.BreakpointCheck;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.RunRules;
import dev.postroad.engine.run.Origin;
import dev.postroad.runtime.intake.TriggerVerdict.Admissible;
import dev.postroad.runtime.intake.TriggerVerdict.NotYetKnown;
import dev.postroad.runtime.intake.TriggerVerdict.Rejected;
import dev.postroad.runtime.intake.TriggerVerdict.Unreadable;
import dev.postroad.runtime.reading.Givers;
import dev.postroad.runtime.registry.Catalog;
import dev.postroad.runtime.registry.GraphLookup;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Judges records of the trigger topic, from memory alone. Thread-safe. */
final class TriggerJudge {
    private final Catalog catalog;
    private final int maxValueBytes;

    TriggerJudge(Catalog catalog, int maxValueBytes) {
        this.catalog = catalog;
        this.maxValueBytes = maxValueBytes;
    }

    /** @param readAt when the record was first looked at; what was published before is known by its verdict */
    TriggerVerdict judge(ConsumerRecord<byte[], byte[]> record, Instant readAt) {
        String unfit = unfit(record.value(), maxValueBytes);
        if (unfit != null) {
            return new Unreadable(unfit);
        }
        JsonNode json;
        try {
            json = Json.read(record.value());
        } catch (FaultsException notJson) {
            return new Unreadable(String.valueOf(notJson.getMessage()));
        }
        if (!(json instanceof ObjectNode)) {
            return new Unreadable("the value must be a JSON object; send {\"graph\": …, \"input\": {…}}");
        }
        try {
            return judge(record, Trigger.read(json).orBy(Givers.of(record)), readAt);
        } catch (FaultsException faults) {
            return new Rejected(expectedRunId(record, json), target(json), String.valueOf(faults.getMessage()));
        }
    }

    /**
     * The id for the run of a trigger that named none, where the id made of its place is taken by a run of an earlier topic
     * of the same name; null where there is none.
     */
    static @Nullable String otherRunId(Origin origin, String taken) {
        if (origin.topicId() == null
                || !taken.equals(RunIds.ofRecord(origin.topic(), origin.partition(), origin.offset()))) {
            return null;
        }
        return RunIds.ofRecord(origin.topic(), origin.topicId(), origin.partition(), origin.offset());
    }

    private static String target(JsonNode json) {
        return json.path("graph").asText(json.path("agent").asText(""));
    }

    /** The id under which the sender looks for an answer to a trigger that has faults. */
    private static String expectedRunId(ConsumerRecord<byte[], byte[]> record, JsonNode json) {
        String named = json.path("runId").asText("");
        if (RunIds.isLegal(named)) {
            return named;
        }
        String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
        return RunIds.isLegal(key) ? key : RunIds.ofRecord(record.topic(), record.partition(), record.offset());
    }

    static @Nullable String unfit(byte @Nullable [] value, int maxValueBytes) {
        if (value == null) {
            return "the value is null; send a JSON object";
        }
        if (value.length > maxValueBytes) {
            return "the value has " + value.length + " bytes, and at most " + maxValueBytes
                    + " are accepted; send less, or raise POSTROAD_MAX_VALUE_BYTES";
        }
        return null;
    }

    private TriggerVerdict judge(ConsumerRecord<byte[], byte[]> record, Trigger trigger, Instant readAt) {
        String runId = runId(record, trigger);
        String name = trigger.target().name();
        if (!RunIds.isLegal(runId)) {
            String own = RunIds.ofRecord(record.topic(), record.partition(), record.offset());
            return new Rejected(
                    own, name, "the record's key is no legal run id; use " + RunIds.RULE + ", or give runId");
        }
        return switch (trigger.target()) {
            case Trigger.OfAgent(String agent) ->
                catalog.agent(agent).isPresent()
                        ? settled(runId, Graph.ofAgent(agent), trigger)
                        : unknownAgent(runId, agent, readAt);
            case Trigger.OfGraph(String graph, Integer version) ->
                switch (catalog.lookUp(graph, version)) {
                    case GraphLookup.Found(Graph found) -> judge(runId, found, trigger);
                    case GraphLookup.Coming() -> new NotYetKnown();
                    case GraphLookup.Unsound(String why) -> unsound(runId, graph, why, readAt);
                    case GraphLookup.Absent() -> unknown(runId, graph, version, readAt);
                };
        };
    }

    private static TriggerVerdict judge(String runId, Graph graph, Trigger trigger) {
        String refusal = graph.refusal(trigger.input());
        return refusal == null
                ? settled(runId, graph, trigger)
                : new Rejected(runId, graph.name(), "the input cannot be taken: " + refusal);
    }

    private static TriggerVerdict settled(String runId, Graph graph, Trigger trigger) {
        String refusal = BreakpointCheck.refusal(graph, trigger.breakpoints(), "pauseBefore", "pauseAfter");
        if (refusal != null) {
            return new Rejected(runId, graph.name(), refusal);
        }
        try {
            return new Admissible(runId, graph, trigger, RunRules.compile(trigger.terms()));
        } catch (FaultsException faults) {
            return new Rejected(runId, graph.name(), String.valueOf(faults.getMessage()));
        }
    }

    private TriggerVerdict unknownAgent(String runId, String agent, Instant readAt) {
        return catalog.currentAsOf().isBefore(readAt)
                ? new NotYetKnown()
                : new Rejected(
                        runId, agent, "there is no agent " + Shown.name(agent) + "; publish it with postroad apply");
    }

    /** It may have been published anew just now. */
    private TriggerVerdict unsound(String runId, String graph, String why, Instant readAt) {
        return catalog.currentAsOf().isBefore(readAt) ? new NotYetKnown() : new Rejected(runId, graph, why);
    }

    private TriggerVerdict unknown(String runId, String graph, @Nullable Integer version, Instant readAt) {
        if (catalog.currentAsOf().isBefore(readAt)) {
            return new NotYetKnown();
        }
        String what = version == null || catalog.lookUp(graph, null) instanceof GraphLookup.Absent
                ? "there is no graph " + Shown.name(graph)
                : "there is no version " + version + " of graph " + graph;
        return new Rejected(runId, graph, what + "; publish it with postroad apply");
    }

    private static String runId(ConsumerRecord<byte[], byte[]> record, Trigger trigger) {
        if (trigger.runId() != null) {
            return trigger.runId();
        }
        return record.key() == null || record.key().length == 0
                ? RunIds.ofRecord(record.topic(), record.partition(), record.offset())
                : new String(record.key(), StandardCharsets.UTF_8);
    }
}
