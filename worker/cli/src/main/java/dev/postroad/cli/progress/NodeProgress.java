package dev.postroad.cli.progress;

import dev.postroad.cli.screen.Text;
import dev.postroad.contracts.message.OutputChunk;
import dev.postroad.contracts.message.RunEvent;
import java.time.Duration;
import java.time.Instant;

/**
 * How far one node is.
 *
 * @param tasks how often it was begun, its retries not counted
 * @param at when the status began; of a node that is to be retried or sleeps, when it goes on
 * @param took how long the last attempt took; zero where none has ended
 * @param note what else there is to say
 * @param shown the end of what it shows; empty once the attempt has ended
 */
record NodeProgress(NodeStatus status, int attempt, int tasks, Instant at, Duration took, String note, String shown) {
    static final NodeProgress NONE =
            new NodeProgress(NodeStatus.NOT_REACHED, 0, 0, Instant.EPOCH, Duration.ZERO, "", "");

    private static final int MOST_SHOWN = 400;

    NodeProgress after(OutputChunk chunk) {
        // Shown from its beginning again, after a wait or by another worker.
        String all = (chunk.index() == 0 ? "" : shown) + chunk.chunk();
        int begin = Math.max(0, all.length() - MOST_SHOWN);
        int whole = begin > 0 && Character.isLowSurrogate(all.charAt(begin)) ? begin + 1 : begin;
        return new NodeProgress(status, attempt, tasks, at, took, note, all.substring(whole));
    }

    NodeProgress after(RunEvent event) {
        return switch (event.type()) {
            case NODE_STARTED ->
                new NodeProgress(
                        NodeStatus.RUNNING,
                        event.attempt(),
                        event.attempt() > 1 || waits() ? tasks : tasks + 1,
                        event.at(),
                        Duration.ZERO,
                        "",
                        "");
            case NODE_RETRYING ->
                ended(NodeStatus.RETRYING, event, Notes.time(event, "dueAt"), Notes.error(event.data()));
            case NODE_COMPLETED -> ended(NodeStatus.COMPLETED, event, event.at(), "");
            case NODE_FAILED -> ended(NodeStatus.FAILED, event, event.at(), Notes.error(event.data()));
            case NODE_CANCELLED -> ended(NodeStatus.CANCELLED, event, event.at(), "");
            case NODE_CALLING ->
                new NodeProgress(
                        NodeStatus.RUNNING, event.attempt(), tasks, at, Duration.ZERO, Notes.calling(event.data()), "");
            case NODE_WAITING ->
                Notes.isSleep(event.data())
                        ? ended(NodeStatus.SLEEPING, event, Notes.time(event, "until"), Notes.missing(event.data()))
                        : ended(NodeStatus.ASKING, event, event.at(), Notes.waiting(event.data()));
            case NODE_REMINDED,
                    NODE_REASSIGNED,
                    BUDGET_EXCEEDED,
                    RUN_QUEUED,
                    RUN_STARTED,
                    RUN_WAITING,
                    RUN_RESUMED,
                    RUN_CONTINUED,
                    RUN_PAUSING,
                    RUN_PAUSED,
                    RUN_FORKED,
                    RUN_UNPAUSED,
                    BREAKPOINTS_SET,
                    RUN_MIGRATING,
                    RUN_MIGRATED,
                    STATE_UPDATED,
                    RUN_ROLLED_BACK,
                    RUN_RETRIED,
                    RUN_CANCELLED,
                    RUN_COMPLETED,
                    RUN_FAILED,
                    COMMAND_REJECTED,
                    TRIGGER_DUPLICATE,
                    TRIGGER_REJECTED,
                    TRIGGER_SUPERSEDED,
                    UNKNOWN -> this;
        };
    }

    /** Of a task that waited, the next start is no new task. */
    private boolean waits() {
        return status == NodeStatus.ASKING || status == NodeStatus.SLEEPING;
    }

    private NodeProgress ended(NodeStatus as, RunEvent event, Instant when, String why) {
        return new NodeProgress(
                as,
                Math.max(attempt, event.attempt()),
                tasks,
                when,
                Duration.ofMillis(Math.max(0, event.durationMillis())),
                why,
                "");
    }

    /**
     * How long the attempt takes or took; of a node that asks, how long ago; of one that is to be retried or
     * sleeps, how long until then.
     */
    String duration(Instant now) {
        return switch (status) {
            case NOT_REACHED -> "";
            case RUNNING, ASKING -> between(at, now);
            case RETRYING, SLEEPING -> "in " + between(now, at);
            case COMPLETED, FAILED, CANCELLED -> Text.of(took);
        };
    }

    /** The clock of a worker may be ahead of ours. */
    private static String between(Instant from, Instant to) {
        Duration duration = Duration.between(from, to);
        return Text.of(duration.isNegative() ? Duration.ZERO : duration);
    }
}
