package dev.postroad.runtime.history.runs;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.RunStatus;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which runs are wanted: those that have all of this.
 *
 * @param statuses one of these; empty for any
 * @param graph the name of a graph; null for any
 * @param graphVersion pinned to this version of their graph; null for any
 * @param waitsFor waiting for this agent, which cannot be called; null for whatever they do
 * @param queuedSince not queued before this; null for no limit
 * @param queuedUntil queued before this; null for no limit
 * @param tags all of these, with these values
 * @param error failed for an error of this type, such as {@code http.503}; null for whatever became of them
 */
public record RunFilter(
        Set<RunStatus> statuses,
        @Nullable String graph,
        @Nullable Integer graphVersion,
        @Nullable String waitsFor,
        @Nullable Instant queuedSince,
        @Nullable Instant queuedUntil,
        Map<String, String> tags,
        @Nullable String error) {
    /** All runs. */
    public static final RunFilter ALL = new RunFilter(Set.of(), null, null, null, Map.of());

    /** Of any version of their graph, whatever they wait for. */
    public RunFilter(
            Set<RunStatus> statuses,
            @Nullable String graph,
            @Nullable Instant queuedSince,
            @Nullable Instant queuedUntil,
            Map<String, String> tags) {
        this(statuses, graph, null, null, queuedSince, queuedUntil, tags);
    }

    /** Whatever became of them. */
    public RunFilter(
            Set<RunStatus> statuses,
            @Nullable String graph,
            @Nullable Integer graphVersion,
            @Nullable String waitsFor,
            @Nullable Instant queuedSince,
            @Nullable Instant queuedUntil,
            Map<String, String> tags) {
        this(statuses, graph, graphVersion, waitsFor, queuedSince, queuedUntil, tags, null);
    }

    /** The same of runs in any status. */
    public RunFilter inAnyStatus() {
        return new RunFilter(Set.of(), graph, graphVersion, waitsFor, queuedSince, queuedUntil, tags, error);
    }

    /** The same of runs with these tags. */
    public RunFilter with(Map<String, String> others) {
        return new RunFilter(statuses, graph, graphVersion, waitsFor, queuedSince, queuedUntil, others, error);
    }

    public RunFilter {
        statuses = statuses.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(statuses));
        // In one order, so that the same question is the same statement.
        tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    }

    /** Tags as Postgres compares them; null for none. */
    static @Nullable String json(Map<String, String> tags) {
        if (tags.isEmpty()) {
            return null;
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        tags.forEach(json::put);
        return json.toString();
    }
}
