package dev.postroad.runtime.history;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.message.RunStatus;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a run without its journal.
 *
 * @param error why it failed, or paused by itself; null where it did neither
 * @param startedAt null until it starts
 * @param endedAt null until it ends
 * @param setAside why it stands still; null where it does not, or that was not asked for
 */
public record RunSummary(
        String runId,
        String graph,
        int graphVersion,
        RunStatus status,
        int priority,
        JsonNode input,
        Map<String, String> tags,
        @Nullable JsonNode error,
        Instant queuedAt,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable SetAside setAside) {

    /** A run that nothing is known to keep from going on. */
    public RunSummary(
            String runId,
            String graph,
            int graphVersion,
            RunStatus status,
            int priority,
            JsonNode input,
            Map<String, String> tags,
            @Nullable JsonNode error,
            Instant queuedAt,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt) {
        this(runId, graph, graphVersion, status, priority, input, tags, error, queuedAt, startedAt, endedAt, null);
    }

    /**
     * The owner of the run's shard cannot read its journal or its graph, and leaves it as it is.
     *
     * @param worker the owner
     */
    public record SetAside(String why, String worker, Instant since) {}

    public RunSummary {
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
    }
}
