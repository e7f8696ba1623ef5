package dev.postroad.contracts.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.schedule.Timing;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Starts runs at set times, as its author wrote it.
 *
 * @param target what runs
 * @param input an object, as it is; or a text, an expression that gives one, over {@code schedule.name} and
 *     {@code schedule.time}, the time that is due; null for an empty object
 * @param catchUp how late a time may be made up for that was due while no worker ran
 * @param paused whether it starts nothing for now; null to leave that as it is
 * @param priority of its runs, 0 to 9
 * @param timeout of its runs; null for the graph's
 * @param tags of its runs
 */
public record ScheduleDefinition(
        String name,
        Target target,
        Timing timing,
        @Nullable JsonNode input,
        Overlap overlap,
        Duration catchUp,
        @Nullable Boolean paused,
        int priority,
        @Nullable Duration timeout,
        Map<String, String> tags,
        ObjectNode source)
        implements Definition {
    /** How late a time may be made up for, where a schedule does not say. */
    public static final Duration DEFAULT_CATCH_UP = Duration.ofHours(1);

    public ScheduleDefinition {
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
    }

    /** What a schedule runs. */
    public sealed interface Target {
        /** The name of the graph or agent. */
        String name();
    }

    /**
     * A graph.
     *
     * @param version null for the newest at the time
     */
    public record OfGraph(String name, @Nullable Integer version) implements Target {}

    /** A single agent. */
    public record OfAgent(String name) implements Target {}

    /** The expression that gives the input; null where the input is written out. */
    public @Nullable String inputExpression() {
        return input == null || !input.isTextual() ? null : input.textValue();
    }

    /** The id of the run of a time, so that it is the same whoever starts it. */
    public static String runId(String schedule, Instant time) {
        return schedule + ":" + time;
    }

    @Override
    public String registryKey() {
        return "schedule/" + name;
    }
}
