package dev.postroad.contracts.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a run.
 *
 * @param target the graph or agent to run
 * @param runId the id of the run; null where the record's key or place gives it
 * @param input what is written to the state's channels; never null, perhaps empty
 * @param priority 0 to 9, higher first
 * @param timeout the longest that the whole run may take; null for the graph's limit
 * @param tags the user's own marks on the run
 * @param startAt when it may begin; null for at once
 * @param debounce whether a later trigger may take its place; null where none does
 * @param breakpoints before and after which nodes it is to pause
 * @param terms what holds for this run in place of what its graph says; {@link RunTerms#NONE} for nothing
 * @param by who asks for it, 1 to 200 characters, which stands in the run's first event; null where nobody says so
 */
public record Trigger(
        Target target,
        @Nullable String runId,
        ObjectNode input,
        int priority,
        @Nullable Duration timeout,
        Map<String, String> tags,
        @Nullable StartAt startAt,
        @Nullable Debounce debounce,
        Breakpoints breakpoints,
        RunTerms terms,
        @Nullable String by) {

    private static final String PAUSE_BEFORE = "pauseBefore";
    private static final String PAUSE_AFTER = "pauseAfter";
    private static final int MAX_PRIORITY = 9;
    private static final Set<String> KNOWN = Set.of(
            "graph",
            "agent",
            "version",
            "runId",
            "input",
            "priority",
            "timeout",
            "tags",
            "startAt",
            "debounce",
            PAUSE_BEFORE,
            PAUSE_AFTER,
            RunTerms.QUEUE,
            RunTerms.BUDGET,
            RunTerms.RETENTION,
            "by");

    /** Of events and definitions, and of LangGraph. */
    private static final Map<String, String> ELSEWHERE = Map.of(
            "graphVersion", "version",
            "interruptBefore", PAUSE_BEFORE,
            "interruptAfter", PAUSE_AFTER,
            "interrupt_before", PAUSE_BEFORE,
            "interrupt_after", PAUSE_AFTER);

    public Trigger {
        if (runId != null) {
            RunIds.requireLegal(runId);
        }
        if (priority < 0 || priority > MAX_PRIORITY) {
            throw new IllegalArgumentException("the priority is " + priority + "; use 0 to " + MAX_PRIORITY);
        }
        if (by != null && !Giver.isName(by)) {
            throw new IllegalArgumentException("who asks is blank or too long; use 1 to 200 characters");
        }
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
    }

    /** Of a run that begins as soon as there is a place for it. */
    public Trigger(
            Target target,
            @Nullable String runId,
            ObjectNode input,
            int priority,
            @Nullable Duration timeout,
            Map<String, String> tags) {
        this(target, runId, input, priority, timeout, tags, null, null, Breakpoints.NONE, RunTerms.NONE, null);
    }

    /** Of nobody in particular. */
    public Trigger(
            Target target,
            @Nullable String runId,
            ObjectNode input,
            int priority,
            @Nullable Duration timeout,
            Map<String, String> tags,
            @Nullable StartAt startAt,
            @Nullable Debounce debounce) {
        this(target, runId, input, priority, timeout, tags, startAt, debounce, Breakpoints.NONE, RunTerms.NONE, null);
    }

    /** The same by somebody; null for nobody in particular. */
    public Trigger by(@Nullable String name) {
        return new Trigger(target, runId, input, priority, timeout, tags, startAt, debounce, breakpoints, terms, name);
    }

    /** The same of a run that is to pause before and after nodes. */
    public Trigger pausing(Breakpoints at) {
        return new Trigger(target, runId, input, priority, timeout, tags, startAt, debounce, at, terms, by);
    }

    /** The same of a run to which this applies in place of what its graph says. */
    public Trigger under(RunTerms own) {
        return new Trigger(target, runId, input, priority, timeout, tags, startAt, debounce, breakpoints, own, by);
    }

    /** The same trigger, debounced otherwise. */
    public Trigger debounced(@Nullable Debounce other) {
        return new Trigger(target, runId, input, priority, timeout, tags, startAt, other, breakpoints, terms, by);
    }

    /** The same by somebody, where the message does not say who. */
    public Trigger orBy(@Nullable String name) {
        return by == null && name != null ? by(name) : this;
    }

    /** The same, for a run of an id and not before a time, and whatever comes later. */
    public Trigger settled(String ofRun, @Nullable StartAt time) {
        return new Trigger(target, ofRun, input, priority, timeout, tags, time, null, breakpoints, terms, by);
    }

    /** What a trigger runs. */
    public sealed interface Target {
        /** The name of the graph or agent. */
        String name();
    }

    /**
     * A graph.
     *
     * @param version the version to run; null for the newest
     */
    public record OfGraph(String name, @Nullable Integer version) implements Target {}

    /** A single agent, run as one task. */
    public record OfAgent(String name) implements Target {}

    /** A trigger of the newest version of a graph, with defaults for the rest. */
    public static Trigger of(String graph, @Nullable String runId, ObjectNode input) {
        return new Trigger(new OfGraph(graph, null), runId, input, 0, null, Map.of());
    }

    /**
     * Reads a trigger; unknown fields are ignored, unless they can only be meant as known ones.
     *
     * @throws FaultsException with everything that is wrong with it
     */
    public static Trigger read(JsonNode tree) throws FaultsException {
        List<Fault> faults = new FaultList();
        Fields fields = Fields.of(tree, "", faults);
        fields.noSlips(KNOWN, ELSEWHERE);
        Target target = target(fields);
        String runId = fields.text("runId", RunIds.PATTERN, RunIds.RULE);
        ObjectNode input = fields.objectOf("input");
        Integer priority = fields.whole("priority", 0, MAX_PRIORITY);
        Duration timeout = fields.duration("timeout");
        Map<String, String> tags = fields.textMap("tags");
        StartAt startAt = StartAt.read(fields, "startAt");
        Debounce debounce = Debounce.read(fields.nested("debounce"));
        Breakpoints breakpoints = Breakpoints.read(fields, PAUSE_BEFORE, PAUSE_AFTER);
        RunTerms terms = RunTerms.read(fields);
        String by = Giver.read(fields);
        if (!faults.isEmpty()) {
            throw new FaultsException(faults);
        }
        return new Trigger(
                target,
                runId,
                input == null ? JsonNodeFactory.instance.objectNode() : input,
                Objects.requireNonNullElse(priority, 0),
                timeout,
                tags,
                startAt,
                debounce,
                Objects.requireNonNullElse(breakpoints, Breakpoints.NONE),
                terms,
                by);
    }

    private static Target target(Fields fields) {
        Integer version = fields.whole("version", 1, Integer.MAX_VALUE);
        String graph = fields.has("graph") ? fields.requiredText("graph", "name the graph to run") : null;
        String agent = fields.has("agent") ? fields.requiredText("agent", "name the agent to run") : null;
        if (fields.has("graph") && fields.has("agent")) {
            fields.fault("agent", "stands beside a graph", "name a graph or an agent, not both");
        } else if (!fields.has("graph") && !fields.has("agent")) {
            fields.missing("graph", "name the graph to run");
        } else if (agent != null && fields.has("version")) {
            fields.fault("version", "has no meaning beside an agent", "remove it");
        }
        return agent == null ? new OfGraph(graph == null ? "" : graph, version) : new OfAgent(agent);
    }

    /** The trigger as it is sent. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        switch (target) {
            case OfGraph graph -> {
                json.put("graph", graph.name());
                if (graph.version() != null) {
                    json.put("version", graph.version());
                }
            }
            case OfAgent agent -> json.put("agent", agent.name());
        }
        if (runId != null) {
            json.put("runId", runId);
        }
        json.set("input", input);
        if (priority != 0) {
            json.put("priority", priority);
        }
        if (timeout != null) {
            json.put("timeout", timeout.toString());
        }
        if (!tags.isEmpty()) {
            ObjectNode tagsJson = json.putObject("tags");
            tags.forEach(tagsJson::put);
        }
        if (startAt != null) {
            json.put("startAt", startAt.toString());
        }
        if (debounce != null) {
            debounce.put(json.putObject("debounce"));
        }
        breakpoints.put(json, PAUSE_BEFORE, PAUSE_AFTER);
        terms.put(json);
        if (by != null) {
            json.put("by", by);
        }
        return json;
    }
}
