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
        @Nullable Instant endedAt) {

    public RunSummary {
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
    }
}
