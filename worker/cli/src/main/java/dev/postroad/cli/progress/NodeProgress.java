package dev.postroad.cli.progress;

import dev.postroad.contracts.message.RunEvent;
import java.time.Duration;
import java.time.Instant;

/**
 * How far one node is.
 *
 * @param tasks how often it was begun, its retries not counted
 * @param since when the status began
 * @param took how long the last attempt took; zero where none has ended
 * @param note what else there is to say
 */
record NodeProgress(NodeStatus status, int attempt, int tasks, Instant since, Duration took, String note) {
    static final NodeProgress NONE =
            new NodeProgress(NodeStatus.NOT_REACHED, 0, 0, Instant.EPOCH, Duration.ZERO, "");

    NodeProgress after(RunEvent event) {
        return switch (event.type()) {
            case NODE_STARTED ->
                new NodeProgress(
                        NodeStatus.RUNNING,
                        event.attempt(),
                        event.attempt() > 1 ? tasks : tasks + 1,
                        event.at(),
                        Duration.ZERO,
                        "");
            case NODE_RETRYING -> ended(NodeStatus.RETRYING, event, Notes.error(event.data()));
            case NODE_COMPLETED -> ended(NodeStatus.COMPLETED, event, "");
            case NODE_FAILED -> ended(NodeStatus.FAILED, event, Notes.error(event.data()));
            case NODE_CANCELLED -> ended(NodeStatus.CANCELLED, event, "");
            case RUN_QUEUED,
                    RUN_STARTED,
                    RUN_RETRIED,
                    RUN_CANCELLED,
                    RUN_COMPLETED,
                    RUN_FAILED,
                    COMMAND_REJECTED,
                    TRIGGER_DUPLICATE,
                    TRIGGER_REJECTED -> this;
        };
    }

    private NodeProgress ended(NodeStatus as, RunEvent event, String why) {
        return new NodeProgress(
                as,
                Math.max(attempt, event.attempt()),
                tasks,
                event.at(),
                Duration.ofMillis(Math.max(0, event.durationMillis())),
                why);
    }

    Duration duration(Instant now) {
        if (status != NodeStatus.RUNNING) {
            return took;
        }
        Duration running = Duration.between(since, now);
        return running.isNegative() ? Duration.ZERO : running;
    }
}
