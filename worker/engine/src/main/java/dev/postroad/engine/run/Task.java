package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a node in one superstep.
 *
 * @param attempt the last attempt that began; 0 before the first
 * @param spent the attempts that count no more, because the run was retried after them
 * @param dueAt when the next attempt is due; null unless it backs off
 * @param next the nodes that its conditions chose; null where there are none
 */
record Task(
        String id,
        String node,
        TaskStatus status,
        int attempt,
        int spent,
        @Nullable Instant dueAt,
        ObjectNode writes,
        @Nullable List<String> next) {
    private static final ObjectNode NO_WRITES = JsonNodeFactory.instance.objectNode();

    static Task pending(String node, int superstep) {
        return new Task(node + "@" + superstep, node, TaskStatus.PENDING, 0, 0, null, NO_WRITES, null);
    }

    Task started(int startedAttempt) {
        return new Task(id, node, TaskStatus.RUNNING, startedAttempt, spent, null, NO_WRITES, null);
    }

    Task backingOff(Instant until) {
        return new Task(id, node, TaskStatus.BACKING_OFF, attempt, spent, until, NO_WRITES, null);
    }

    Task done(ObjectNode itsWrites, @Nullable List<String> chosen) {
        return new Task(id, node, TaskStatus.DONE, attempt, spent, null, itsWrites, chosen);
    }

    Task ended(TaskStatus as) {
        return new Task(id, node, as, attempt, spent, null, NO_WRITES, null);
    }

    Task again() {
        return new Task(id, node, TaskStatus.PENDING, attempt, attempt, null, NO_WRITES, null);
    }

    boolean failedOrCancelled() {
        return status == TaskStatus.FAILED || status == TaskStatus.CANCELLED;
    }
}
