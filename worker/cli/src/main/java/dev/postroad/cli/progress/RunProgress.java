package dev.postroad.cli.progress;

import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.OutputChunk;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far a run is, as a fold over its events.
 *
 * @param nodes in the order in which they are shown
 * @param startedAt when the first event was; the epoch before it
 * @param seq of the last event of the journal; 0 before the first
 * @param waiting why nothing happens; null while something does
 * @param end the event that the run ended with; null while it is under way
 */
public record RunProgress(
        String runId,
        String graph,
        RunStatus status,
        double share,
        Map<String, NodeProgress> nodes,
        Instant startedAt,
        int seq,
        @Nullable Waiting waiting,
        @Nullable RunEvent end) {

    public RunProgress {
        nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
    }

    /** A run of which nothing is known yet, with the nodes that are to be shown from the start. */
    public static RunProgress of(String runId, String graph, List<String> nodes) {
        Map<String, NodeProgress> none = new LinkedHashMap<>();
        nodes.forEach(node -> none.put(node, NodeProgress.NONE));
        return new RunProgress(runId, graph, RunStatus.QUEUED, 0, none, Instant.EPOCH, 0, null, null);
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
        RunStatus newStatus = status(event);
        return new RunProgress(
                runId,
                event.graph().isEmpty() ? graph : event.graph(),
                newStatus,
                Math.max(share, event.progress()),
                changed,
                startedAt.equals(Instant.EPOCH) ? event.at() : startedAt,
                Math.max(seq, event.seq()),
                waiting(event, newStatus),
                end(event, newStatus));
    }

    /** What is known after a node showed something. */
    public RunProgress after(OutputChunk chunk) {
        Map<String, NodeProgress> changed = new LinkedHashMap<>(nodes);
        changed.computeIfPresent(chunk.node(), (name, node) -> node.after(chunk));
        return new RunProgress(runId, graph, status, share, changed, startedAt, seq, waiting, end);
    }

    private @Nullable Waiting waiting(RunEvent event, RunStatus newStatus) {
        if (event.type() == EventType.RUN_WAITING) {
            return Waiting.of(event);
        }
        return newStatus == RunStatus.WAITING ? waiting : null;
    }

    private @Nullable RunEvent end(RunEvent event, RunStatus newStatus) {
        if (event.type().endsRun()) {
            return event;
        }
        return newStatus.isEnded() ? end : null;
    }

    private RunStatus status(RunEvent event) {
        return switch (event.type()) {
            case RUN_QUEUED -> RunStatus.QUEUED;
            case RUN_STARTED, RUN_RETRIED, RUN_RESUMED, RUN_UNPAUSED -> RunStatus.RUNNING;
            case RUN_WAITING -> RunStatus.WAITING;
            case RUN_CONTINUED -> event.data().path("mode").asText().equals("enqueued") ? status : RunStatus.RUNNING;
            case STATE_UPDATED, RUN_PAUSED -> RunStatus.PAUSED;
            case RUN_ROLLED_BACK -> event.data().path("resume").asBoolean(true) ? RunStatus.RUNNING : RunStatus.PAUSED;
            case RUN_COMPLETED -> RunStatus.COMPLETED;
            case RUN_FAILED -> RunStatus.FAILED;
            case RUN_CANCELLED -> RunStatus.CANCELLED;
            case NODE_STARTED,
                    NODE_RETRYING,
                    NODE_COMPLETED,
                    NODE_FAILED,
                    NODE_CANCELLED,
                    NODE_CALLING,
                    NODE_WAITING,
                    NODE_REMINDED,
                    NODE_REASSIGNED,
                    BUDGET_EXCEEDED,
                    RUN_PAUSING,
                    BREAKPOINTS_SET,
                    RUN_FORKED,
                    RUN_MIGRATING,
                    RUN_MIGRATED,
                    COMMAND_REJECTED,
                    TRIGGER_DUPLICATE,
                    TRIGGER_REJECTED,
                    TRIGGER_SUPERSEDED,
                    UNKNOWN -> status;
        };
    }

    Duration elapsed(Instant now) {
        if (startedAt.equals(Instant.EPOCH)) {
            return Duration.ZERO;
        }
        Duration elapsed = Duration.between(startedAt, end == null ? now : end.at());
        return elapsed.isNegative() ? Duration.ZERO : elapsed;
    }
}
