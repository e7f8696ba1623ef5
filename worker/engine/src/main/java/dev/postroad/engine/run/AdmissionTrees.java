package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.engine.graph.RunRules;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a run was asked for, as JSON. */
final class AdmissionTrees {
    private static final String TERMS = "terms";

    private AdmissionTrees() {}

    static void put(ObjectNode data, Admission admission) {
        data.set("input", admission.input());
        data.put("priority", admission.priority());
        if (admission.timeout() != null) {
            data.put("timeout", admission.timeout().toString());
        }
        if (!admission.tags().isEmpty()) {
            ObjectNode tags = data.putObject("tags");
            admission.tags().forEach(tags::put);
        }
        if (admission.startAt() != null) {
            data.put("startAt", admission.startAt().toString());
        }
        if (admission.place() != null) {
            admission.place().put(data.putObject("queue"));
        }
        if (!admission.rules().terms().isEmpty()) {
            admission.rules().terms().put(data.putObject(TERMS));
        }
        admission.breakpoints().put(data, "pauseBefore", "pauseAfter");
        if (admission.by() != null) {
            data.put("by", admission.by());
        }
        put(data.putObject("trigger"), admission.origin());
        if (admission.base() != null) {
            data.set("base", Trees.tree(admission.base()));
        }
        Admission.ForkedFrom source = admission.forkedFrom();
        if (source != null) {
            data.putObject("forkedFrom")
                    .put("runId", source.runId())
                    .put("version", source.version())
                    .put("commandId", source.commandId());
        }
    }

    private static void put(ObjectNode trigger, Origin origin) {
        trigger.put("topic", origin.topic());
        if (origin.topicId() != null) {
            trigger.put("topicId", origin.topicId());
        }
        trigger.put("partition", origin.partition()).put("offset", origin.offset());
    }

    static Admission admission(JsonNode data) {
        Map<String, String> tags = new LinkedHashMap<>();
        data.path("tags")
                .properties()
                .forEach(tag -> tags.put(tag.getKey(), tag.getValue().asText()));
        JsonNode trigger = data.path("trigger");
        return new Admission(
                Trees.object(data, "input"),
                data.path("priority").asInt(),
                data.has("timeout") ? Duration.parse(data.get("timeout").textValue()) : null,
                tags,
                new Origin(
                        trigger.path("topic").asText(),
                        trigger.path("topicId").textValue(),
                        trigger.path("partition").asInt(),
                        trigger.path("offset").asLong()),
                data.has("base") ? Trees.snapshot(data.get("base")) : null,
                data.has("forkedFrom") ? forkedFrom(data.get("forkedFrom")) : null,
                data.has("startAt") ? Instant.parse(data.get("startAt").textValue()) : null,
                data.has("queue") ? QueuePlace.of(data.get("queue")) : null,
                Breakpoints.of(data.get("pauseBefore"), data.get("pauseAfter")),
                data.has(TERMS) ? rules(data.get(TERMS)) : RunRules.NONE,
                data.path("by").textValue());
    }

    private static RunRules rules(JsonNode terms) {
        try {
            return RunRules.read(terms);
        } catch (FaultsException unreadable) {
            throw new IllegalStateException("what the trigger said of its run cannot be read", unreadable);
        }
    }

    private static Admission.ForkedFrom forkedFrom(JsonNode source) {
        return new Admission.ForkedFrom(
                source.path("runId").asText(),
                source.path("version").asInt(),
                source.path("commandId").asText());
    }
}
