package dev.postroad.runtime.history.runs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.message.RunStatus;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a run without its journal.
 *
 * @param error why it failed, or paused by itself; null where it did neither
 * @param startedAt null until it starts
 * @param endedAt null until it ends
 * @param waits what a run at rest waits for; null where it waits for nothing
 * @param setAside why it stands still; null where it does not, or that was not asked for
 * @param spent by its agents, those of the graphs inside too; null for nothing. In a listing, as of its last change of status
 * @param nodes where it is: the paths of the nodes that are at work or wait, or else of the last that did; empty for one that
 *     has not begun, or has ended
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
        @Nullable Waits waits,
        @Nullable SetAside setAside,
        @Nullable Spent spent,
        List<String> nodes) {

    /**
     * What a run waits for.
     *
     * @param questions how many people are asked
     * @param agents that cannot be called
     * @param until when it goes on, or fails, by itself; null for never
     */
    public record Waits(
            int questions, List<String> agents, @Nullable Instant until) {
        public Waits {
            agents = List.copyOf(agents);
        }
    }

    /**
     * The owner of the run's shard cannot read its journal or its graph, and leaves it as it is.
     *
     * @param worker the owner
     */
    public record SetAside(String why, String worker, Instant since) {}

    /**
     * What a run used.
     *
     * @param tokens in and out
     * @param cost in the currency of whoever is paid; null where nobody said
     */
    public record Spent(long tokens, @Nullable BigDecimal cost) {}

    public RunSummary {
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
        nodes = List.copyOf(nodes);
    }
}
