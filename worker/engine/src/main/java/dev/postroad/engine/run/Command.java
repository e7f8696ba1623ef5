package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.message.Answers;
import dev.postroad.contracts.message.Control;
import dev.postroad.engine.graph.AnswerSchemas;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a run is told. */
public sealed interface Command {
    /** A command that a user sent, applied once per id. */
    sealed interface FromUser extends Command {
        /** What makes it apply once. */
        String commandId();

        /** The type on the control topic. */
        String type();
    }

    /** A queued run may begin. */
    record Start() implements Command {}

    /** Go on after a decision that stopped for its bound, or after the run was read back from its journal. */
    record Proceed() implements Command {}

    /**
     * Calls that were under way when the run was read back, and whose turn it was not yet to be made again.
     */
    record TakeUp(List<Attempt> calls) implements Command {
        /** Copies the list. */
        public TakeUp {
            calls = List.copyOf(calls);
        }

        /** One call, by the task and the attempt that it is for. */
        public record Attempt(String task, int attempt) {}
    }

    /**
     * An agent answered, or its attempt was given up.
     *
     * @param policy the agent's own policy, which the node may override
     * @param chance 0 to 1, for the jitter of a retry
     */
    record Answer(String task, int attempt, AgentReply reply, RetryPolicy policy, long durationMillis, double chance)
            implements Command {}

    /**
     * The agent of an attempt calls tools.
     *
     * @param said what it wants to be told again when they have answered
     */
    record CallTools(String task, int attempt, JsonNode said, List<ToolTask> calls, Usage usage, long durationMillis)
            implements Command {
        /** Copies the list. */
        public CallTools {
            calls = List.copyOf(calls);
        }
    }

    /**
     * The agent of an attempt cannot be called: it is disabled or removed, or its circuit breaker is open.
     *
     * @param agent the one that cannot be called: the node's, or the last of its fallbacks
     * @param reason for people
     * @param until when to ask again, unless {@code fails}
     * @param fails whether the task fails rather than wait
     */
    record Unavailable(String task, int attempt, String agent, String reason, Instant until, boolean fails)
            implements Command {}

    /** The agent of an attempt is beyond the budget that its run shares with others; it was called only where that is to be told alone. */
    record OverBudget(String task, int attempt, EventBody.BudgetExceeded exceeded) implements Command {}

    /**
     * The attempt is with a remote agent now, whose answer comes by itself or is asked for, as a {@link Result}.
     *
     * @param agent the node's, or one that stands in for it
     * @param deadline when it is given up
     * @param heartbeat the longest that the agent may say nothing; null for until the deadline
     * @param polling how it is asked whether it is done; null where its answer comes by itself
     */
    record Dispatched(
            String task,
            int attempt,
            String agent,
            Instant deadline,
            @Nullable Duration heartbeat,
            @Nullable Polling polling)
            implements Command {
        /** What its agent is told where nobody waits for it. */
        public Effect.Recall recall() {
            return new Effect.Recall(agent, task, attempt, polling == null ? null : polling.handle());
        }
    }

    /**
     * A remote agent answered. Where nobody waits for that, {@link Effect.Reject} says why.
     *
     * @param logs what it has to say beside; null for nothing
     */
    record Result(
            String task,
            int attempt,
            AgentReply reply,
            @Nullable JsonNode logs,
            RemoteAgents remote) implements Command {}

    /** A remote agent that was asked says that it did not do the work of an attempt in doubt: it is to. */
    record NotDone(String task, int attempt) implements Command {}

    /** A remote agent has something to show. Where nobody waits for it, {@link Effect.Reject} says why. */
    record Shown(String task, int attempt) implements Command {}

    /**
     * The run may leave memory, unless it did something since.
     *
     * @param since what it did last
     */
    record Rest(Instant since) implements Command {}

    /** An agent that could not be called can be called again: what waits for it goes on. */
    record AgentAvailable(String agent) implements Command {}

    /** The wait before an attempt is over. */
    record RetryDue(String task, int attempt) implements Command {}

    /**
     * The time has come that some task slept for, or that the run may take, or a remote agent.
     *
     * @param remote what is known of remote agents
     */
    record WakeUp(RemoteAgents remote) implements Command {
        /** Of which whoever gives it knows nothing. */
        public WakeUp() {
            this(RemoteAgents.NONE);
        }
    }

    /** The time of the whole run is over. */
    record TimeOut() implements Command {}

    /** What the user's message says. */
    record Steer(String commandId, Control.Plain action) implements FromUser {
        @Override
        public String type() {
            return action.type();
        }
    }

    /**
     * Go on after an interrupt. Tasks that asked and get no answer ask again.
     *
     * @param version the version of the state that the answers are about; null for whatever is asked
     * @param schemas says whether an answer fits the schema of its question
     * @param update writes to the state before it goes on; null for none
     * @param next where the run goes besides; empty for nowhere
     */
    record Resume(
            String commandId,
            Answers answers,
            @Nullable Integer version,
            AnswerSchemas schemas,
            @Nullable ObjectNode update,
            List<Target> next)
            implements FromUser {
        /** The name that stands for the only interrupt there is. */
        public static final String ONLY = "";

        /** As {@link Answers#of}, to questions that take any answer. */
        public Resume(String commandId, Map<String, JsonNode> answers, @Nullable ObjectNode update, List<Target> next) {
            this(commandId, Answers.of(answers), null, AnswerSchemas.ANY, update, next);
        }

        @Override
        public String type() {
            return "resume";
        }
    }

    /**
     * Change the state as if a node had written it; its successors follow when the run goes on.
     *
     * @param asNode null for the node that ran last
     * @param base the run as it was at the version to start from; null for as it is
     */
    record UpdateState(
            String commandId,
            ObjectNode update,
            @Nullable String asNode,
            @Nullable Run base) implements FromUser {
        @Override
        public String type() {
            return "update-state";
        }
    }

    /**
     * Go back to a version.
     *
     * @param base the run as it was at that version
     * @param resume whether it goes on from there at once
     */
    record Rollback(String commandId, Run base, boolean resume) implements FromUser {
        @Override
        public String type() {
            return "rollback";
        }
    }

    /**
     * Make a new run of a version of this one: see {@link Effect.Spawn}.
     *
     * @param base this run as it was at that version
     * @param update written to the new run's state first; null for nothing
     * @param asNode the node in whose name it is written; null for the one that ran last
     * @param graph what the new run is pinned to
     */
    record Fork(
            String commandId,
            Run base,
            String newRunId,
            @Nullable ObjectNode update,
            @Nullable String asNode,
            Graph graph)
            implements FromUser {
        @Override
        public String type() {
            return "fork";
        }
    }

    /** The new run of a {@link Fork} is admitted. */
    record Forked(String commandId, String newRunId, int fromVersion) implements FromUser {
        @Override
        public String type() {
            return "fork";
        }
    }

    /** Go on under another version of the graph, at once where the run is at rest, else from its next superstep on. */
    record Migrate(String commandId, Graph graph) implements FromUser {
        @Override
        public String type() {
            return "migrate";
        }
    }

    /** A command that this worker cannot carry out. */
    record Refuse(String commandId, String type, String reason) implements FromUser {}
}
