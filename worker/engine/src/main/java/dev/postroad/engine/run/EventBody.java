package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.message.EventType;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happened. Each case holds just what the fold needs and subscribers are told. */
public sealed interface EventBody {
    /** The type under which it is published. */
    EventType type();

    /** The run was admitted. */
    record RunQueued(Admission admission) implements EventBody {
        @Override
        public EventType type() {
            return EventType.RUN_QUEUED;
        }
    }

    /**
     * The input was written to the channels.
     *
     * @param next the nodes that START's conditions chose; null where it has none
     */
    record RunStarted(@Nullable List<String> next) implements EventBody {
        @Override
        public EventType type() {
            return EventType.RUN_STARTED;
        }
    }

    /** An attempt began. */
    record NodeStarted() implements EventBody {
        @Override
        public EventType type() {
            return EventType.NODE_STARTED;
        }
    }

    /** An attempt failed, and another is due. */
    record NodeRetrying(RunError error, Instant dueAt) implements EventBody {
        @Override
        public EventType type() {
            return EventType.NODE_RETRYING;
        }
    }

    /**
     * A task is done. The version grows with the last task of a superstep.
     *
     * @param next the nodes that the node's conditions chose; null where it has none
     */
    record NodeCompleted(ObjectNode writes, @Nullable List<String> next, Usage usage) implements EventBody {
        @Override
        public EventType type() {
            return EventType.NODE_COMPLETED;
        }
    }

    /** A task failed for good. */
    record NodeFailed(RunError error) implements EventBody {
        @Override
        public EventType type() {
            return EventType.NODE_FAILED;
        }
    }

    /** A task was stopped. */
    record NodeCancelled() implements EventBody {
        @Override
        public EventType type() {
            return EventType.NODE_CANCELLED;
        }
    }

    /** What had failed or was cancelled is to run again. */
    record RunRetried(String commandId, List<String> tasks) implements EventBody {
        @Override
        public EventType type() {
            return EventType.RUN_RETRIED;
        }
    }

    /** The run was stopped. */
    record RunCancelled(String commandId, @Nullable String reason, ObjectNode state) implements EventBody {
        @Override
        public EventType type() {
            return EventType.RUN_CANCELLED;
        }
    }

    /** The run came to its end. */
    record RunCompleted(ObjectNode state) implements EventBody {
        @Override
        public EventType type() {
            return EventType.RUN_COMPLETED;
        }
    }

    /**
     * The run failed; it can be retried.
     *
     * @param tasks done tasks whose work does not count, because their writes do not go together
     */
    record RunFailed(RunError error, List<String> tasks, ObjectNode state) implements EventBody {
        @Override
        public EventType type() {
            return EventType.RUN_FAILED;
        }
    }

    /** A command could not be carried out. */
    record CommandRejected(String command, String commandId, String reason) implements EventBody {
        @Override
        public EventType type() {
            return EventType.COMMAND_REJECTED;
        }
    }
}
