package dev.postroad.cli.progress;

import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How far a run is, as a fold over its events.
 *
 * @param nodes in the order in which they are shown
 * @param startedAt when the first event was; the epoch before it
 * @param lastAt when the last event was
 */
public record RunProgress(
        String runId,
        String graph,
        RunStatus status,
        double share,
        Map<String, NodeProgress> nodes,
        Instant startedAt,
        Instant lastAt) {

    public RunProgress {
        nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
    }

    /** A run of which nothing is known yet, with the nodes that are to be shown from the start. */
    public static RunProgress of(String runId, String graph, List<String> nodes) {
        Map<String, NodeProgress> none = new LinkedHashMap<>();
        nodes.forEach(node -> none.put(node, NodeProgress.NONE));
        return new RunProgress(runId, graph, RunStatus.QUEUED, 0, none, Instant.EPOCH, Instant.EPOCH);
    }

    /** What is known after an event. */
    public RunProgress after(RunEvent event) {
        Map<String, NodeProgress> changed = nodes;
        if (event.node() != null) {
            changed = new LinkedHashMap<>(nodes);
            changed.put(
                    event.node(),
                    changed.getOrDefault(event.node(), NodeProgress.NONE).after(event));
        }
        return new RunProgress(
                runId,
                event.graph().isEmpty() ? graph : event.graph(),
                status(event.type()),
                Math.max(share, event.progress()),
                changed,
                startedAt.equals(Instant.EPOCH) ? event.at() : startedAt,
                event.at());
    }

    private RunStatus status(EventType type) {
        return switch (type) {
            case RUN_QUEUED -> RunStatus.QUEUED;
            case RUN_STARTED, RUN_RETRIED -> RunStatus.RUNNING;
            case RUN_COMPLETED -> RunStatus.COMPLETED;
            case RUN_FAILED -> RunStatus.FAILED;
            case RUN_CANCELLED -> RunStatus.CANCELLED;
            case NODE_STARTED,
                    NODE_RETRYING,
                    NODE_COMPLETED,
                    NODE_FAILED,
                    NODE_CANCELLED,
                    COMMAND_REJECTED,
                    TRIGGER_DUPLICATE,
                    TRIGGER_REJECTED -> status;
        };
    }

    Duration elapsed(Instant now) {
        if (startedAt.equals(Instant.EPOCH)) {
            return Duration.ZERO;
        }
        Duration elapsed = Duration.between(startedAt, status.isEnded() ? lastAt : now);
        return elapsed.isNegative() ? Duration.ZERO : elapsed;
    }
}
