package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.definition.OnExceeded;
import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.contracts.message.EventType;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Target;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What happened. Each case holds just what the fold needs and subscribers are told. */
public sealed interface EventBody {
    /** The type under which it is published. */
    EventType type();

    /** What happened to one task. */
    sealed interface OfTask extends EventBody {
        /** What the attempt that ended so consumed. */
        default Usage usage() {
            return Usage.NONE;
        }
    }

    /** What happened to the run as a whole. */
    sealed interface OfRun extends EventBody {}

    /** What somebody asked for, done or refused. */
    sealed interface Answering {
        /** The command that is answered; null where nobody gave one. */
        @Nullable
        String commandId();
    }

    /** The run was admitted. */
    record RunQueued(Admission admission) implements OfRun {
        @Override
        public EventType type() {
            return EventType.RUN_QUEUED;
        }
    }

    /**
     * The input was written to the channels.
     *
     * @param next what START's conditions chose; null where it has none
     */
    record RunStarted(@Nullable List<Target> next) implements OfRun {
        @Override
        public EventType type() {
            return EventType.RUN_STARTED;
        }
    }

    /**
     * An attempt began.
     *
     * @param inside how the graph inside the node begins; null where the node is none
     * @param handed what an agent is given; null where the node calls none
     */
    record NodeStarted(@Nullable Entry inside, @Nullable Handed handed) implements OfTask {
        /** Of a node that is done by the engine itself. */
        public static final NodeStarted PLAIN = new NodeStarted(null, null);

        static NodeStarted entering(Entry inside) {
            return new NodeStarted(inside, null);
        }

        @Override
        public EventType type() {
            return EventType.NODE_STARTED;
        }
    }

    /**
     * What an agent is given, for those who look back; the fold has no need of it.
     *
     * @param agent the one that the node names
     * @param input null where it is the state, which is in the journal already
     */
    record Handed(String agent, @Nullable JsonNode input) {}

    /**
     * How a graph begins.
     *
     * @param input what is written to its channels
     * @param next what START's conditions chose; null where it has none
     */
    record Entry(ObjectNode input, @Nullable List<Target> next) {}

    /** An attempt failed, and another is due. */
    record NodeRetrying(RunError error, Instant dueAt, Usage usage) implements OfTask {
        @Override
        public EventType type() {
            return EventType.NODE_RETRYING;
        }
    }

    /**
     * A task is done. The version grows with the last task of a superstep of the run's own graph.
     *
     * @param writes what it wrote, one part after the other
     * @param next what the agent and the node's conditions chose; null where they had no say
     * @param closes whether it is the last of a superstep of a graph inside another
     */
    record NodeCompleted(List<ObjectNode> writes, @Nullable List<Target> next, Usage usage, boolean closes)
            implements OfTask {
        @Override
        public EventType type() {
            return EventType.NODE_COMPLETED;
        }
    }

    /**
     * The agent of a task calls tools. Each is a task of its own, inside this one, which is called again when all of them
     * have answered.
     *
     * @param said what its agent wants to be told again then
     */
    record NodeCalling(JsonNode said, List<ToolTask> calls, Usage usage) implements OfTask {
        @Override
        public EventType type() {
            return EventType.NODE_CALLING;
        }
    }

    /**
     * A task waits, for a person, for a time, or for an agent.
     *
     * @param interrupt what a person is asked; null where it waits for no person
     * @param until when it goes on by itself; null where it waits for a person, whose time is the interrupt's
     * @param missing the agent that it waits for, until that time at the latest; null where it waits for none
     * @param dispatch the remote agent that has it; it is given up at {@code until}, unless that one says something before
     */
    record NodeWaiting(
            @Nullable Interrupt interrupt,
            @Nullable Instant until,
            @Nullable Missing missing,
            @Nullable Dispatch dispatch,
            Usage usage)
            implements OfTask {
        /** For a person. */
        static NodeWaiting asking(Interrupt interrupt, Usage usage) {
            return new NodeWaiting(interrupt, null, null, null, usage);
        }

        /** For a time. */
        static NodeWaiting until(Instant time, Usage usage) {
            return new NodeWaiting(null, time, null, null, usage);
        }

        /** For an agent that cannot be called. */
        static NodeWaiting missing(Missing agent, Instant until) {
            return new NodeWaiting(null, until, agent, null, Usage.NONE);
        }

        /** For the answer of a remote agent. */
        static NodeWaiting dispatched(Dispatch dispatch, Instant until) {
            return new NodeWaiting(null, until, null, dispatch, Usage.NONE);
        }

        @Override
        public EventType type() {
            return EventType.NODE_WAITING;
        }
    }

    /** Nobody answered a question yet; what it is about is in the task's {@code node.waiting}. */
    record NodeReminded() implements OfTask {
        @Override
        public EventType type() {
            return EventType.NODE_REMINDED;
        }
    }

    /**
     * A question was handed on.
     *
     * @param assignee whose it is now
     * @param former whose it was; null for anybody's
     */
    record NodeReassigned(
            String commandId, String assignee, @Nullable String former) implements OfTask, Answering {
        @Override
        public EventType type() {
            return EventType.NODE_REASSIGNED;
        }
    }

    /**
     * A call would begin beyond the budget of its run; or begins beyond it, where that is only to be told.
     *
     * @param graph whose budget it is
     * @param key null, like {@code per}, where each run has the budget for itself
     * @param what {@code tokens} or {@code cost}
     */
    record BudgetExceeded(
            String graph,
            @Nullable String key,
            @Nullable String per,
            String what,
            BigDecimal used,
            BigDecimal limit,
            OnExceeded onExceeded)
            implements OfTask {
        /** For people. */
        public String reason() {
            String whose = per == null
                    ? "the run's budget"
                    : "the budget of graph " + graph
                            + (Objects.requireNonNullElse(key, "").isEmpty() ? "" : " for " + key) + " per " + per;
            return whose + " is used up: " + used.toPlainString() + " of " + limit.toPlainString() + " "
                    + (what.equals("cost") ? "of cost" : what);
        }

        @Override
        public EventType type() {
            return EventType.BUDGET_EXCEEDED;
        }
    }

    /**
     * An agent that cannot be called.
     *
     * @param reason for people
     */
    record Missing(String agent, String reason) {}

    /**
     * A task failed for good.
     *
     * @param handler the node that takes over; null for none
     * @param pauses whether all its attempts are used up, and the run is to pause for that; never with a handler
     */
    record NodeFailed(RunError error, @Nullable String handler, boolean pauses, Usage usage) implements OfTask {
        @Override
        public EventType type() {
            return EventType.NODE_FAILED;
        }
    }

    /** A task was stopped. */
    record NodeCancelled() implements OfTask {
        @Override
        public EventType type() {
            return EventType.NODE_CANCELLED;
        }
    }

    /**
     * What had failed or was cancelled is to run again.
     *
     * @param now whether the run was under way, and what waited for its next attempt is tried before its time instead
     */
    record RunRetried(String commandId, List<String> tasks, boolean now) implements OfRun, Answering {
        @Override
        public EventType type() {
            return EventType.RUN_RETRIED;
        }
    }

    /** The run was stopped. */
    record RunCancelled(String commandId, @Nullable String reason, ObjectNode state) implements OfRun, Answering {
        @Override
        public EventType type() {
            return EventType.RUN_CANCELLED;
        }
    }

    /**
     * The run came to its end.
     *
     * @param openJoins the joins that waited in vain, as some of their sources came and others did not
     * @param usage what its agents consumed, all in all
     */
    record RunCompleted(ObjectNode state, List<OpenJoin> openJoins, Usage usage) implements OfRun {
        @Override
        public EventType type() {
            return EventType.RUN_COMPLETED;
        }
    }

    /**
     * A join that did not open.
     *
     * @param to the node that it leads to
     * @param missing the sources that did not come, in order
     */
    record OpenJoin(String to, List<String> missing) {}

    /**
     * The run failed; it can be retried.
     *
     * @param tasks done tasks whose work does not count, because their writes do not go together
     */
    record RunFailed(RunError error, List<String> tasks, ObjectNode state) implements OfRun {
        @Override
        public EventType type() {
            return EventType.RUN_FAILED;
        }
    }

    /**
     * Nothing is left to do until somebody answers, or until a time.
     *
     * @param interrupts the open questions
     * @param before the nodes before which the graph's definition has it wait
     * @param after the nodes after which it does
     * @param wakeAt when it goes on, or fails, by itself; null for never
     */
    record RunWaiting(
            List<Interrupt> interrupts,
            List<String> before,
            List<String> after,
            @Nullable Instant wakeAt) implements OfRun {
        @Override
        public EventType type() {
            return EventType.RUN_WAITING;
        }
    }

    /**
     * A run that waited goes on.
     *
     * @param commandId null where its time had come
     * @param answers by task
     * @param again the tasks that run once more
     * @param update what was written to the state before; null for nothing
     * @param next what was added to the superstep
     */
    record RunResumed(
            @Nullable String commandId,
            Map<String, JsonNode> answers,
            List<String> again,
            @Nullable ObjectNode update,
            List<Target> next)
            implements OfRun, Answering {
        @Override
        public EventType type() {
            return EventType.RUN_RESUMED;
        }
    }

    /**
     * New input came.
     *
     * @param next what START's conditions chose; null where it has none
     * @param mode what became of it
     */
    record RunContinued(
            String commandId, ObjectNode input, @Nullable List<Target> next, Mode mode) implements OfRun, Answering {
        /** What becomes of new input. */
        public enum Mode {
            /** It was written to the channels, and the run goes on. */
            APPLIED,
            /** As before, onto the state before the input before. */
            ROLLED_BACK,
            /** It waits for the run's end. */
            ENQUEUED
        }

        @Override
        public EventType type() {
            return EventType.RUN_CONTINUED;
        }
    }

    /**
     * The state was changed from outside.
     *
     * @param asNode the node in whose name
     * @param next what that node's conditions chose
     * @param base the earlier state that it started from; null for the one there was
     */
    record StateUpdated(
            String commandId,
            String asNode,
            ObjectNode writes,
            List<Target> next,
            @Nullable Snapshot base) implements OfRun, Answering {
        @Override
        public EventType type() {
            return EventType.STATE_UPDATED;
        }
    }

    /**
     * The run went back to an earlier version, under a new number.
     *
     * @param toVersion the earlier version
     * @param resume whether it goes on from there at once
     */
    record RunRolledBack(String commandId, int toVersion, Snapshot base, boolean resume) implements OfRun, Answering {
        @Override
        public EventType type() {
            return EventType.RUN_ROLLED_BACK;
        }
    }

    /**
     * The run is to pause when its superstep is over.
     *
     * @param commandId who asked for it; null where it came to a breakpoint
     * @param at that breakpoint, with the nodes that it came to alone; none where somebody asked for it
     */
    record RunPausing(@Nullable String commandId, Breakpoints at) implements OfRun, Answering {
        /** Because somebody asked for it. */
        static RunPausing by(String commandId) {
            return new RunPausing(commandId, Breakpoints.NONE);
        }

        @Override
        public EventType type() {
            return EventType.RUN_PAUSING;
        }
    }

    /**
     * Nothing is under way, and nothing begins until somebody says so.
     *
     * @param commandId who asked for it; null where nobody did
     * @param exhausted the task for which it paused by itself; null where it did not
     * @param at the breakpoint that it came to, with the nodes that it came to alone; none where it came to none
     */
    record RunPaused(@Nullable String commandId, @Nullable Exhausted exhausted, Breakpoints at)
            implements OfRun, Answering {
        /** Because somebody asked for it. */
        static RunPaused by(String commandId) {
            return new RunPaused(commandId, null, Breakpoints.NONE);
        }

        /** As it was to. */
        static RunPaused after(Phase.Pausing pausing) {
            return new RunPaused(pausing.commandId(), null, pausing.at());
        }

        /** By itself. */
        static RunPaused of(Exhausted exhausted) {
            return new RunPaused(null, exhausted, Breakpoints.NONE);
        }

        @Override
        public EventType type() {
            return EventType.RUN_PAUSED;
        }
    }

    /**
     * A task that failed in all its attempts.
     *
     * @param reason for people
     * @param error the last attempt's
     */
    record Exhausted(String reason, String node, String task, RunError error) {}

    /**
     * Another run was made.
     *
     * @param fromVersion the version of this run that it goes on from
     */
    record RunForked(String commandId, String newRunId, int fromVersion) implements OfRun, Answering {
        @Override
        public EventType type() {
            return EventType.RUN_FORKED;
        }
    }

    /**
     * The run is to go on under another version of its graph from its next superstep on.
     *
     * @param graph that version
     */
    record RunMigrating(String commandId, Graph graph) implements OfRun, Answering {
        @Override
        public EventType type() {
            return EventType.RUN_MIGRATING;
        }
    }

    /**
     * The run goes on under another version of its graph. With it a run that has begun has a new state, though it may be
     * equal: so each version of the state is of one version of the graph.
     *
     * @param fromVersion the version of the graph that applied before
     * @param graph the one that applies from this event on
     */
    record RunMigrated(String commandId, int fromVersion, Graph graph) implements OfRun, Answering {
        @Override
        public EventType type() {
            return EventType.RUN_MIGRATED;
        }
    }

    /** It was said before and after which nodes the run pauses from now on. */
    record BreakpointsSet(String commandId, Breakpoints breakpoints) implements OfRun, Answering {
        @Override
        public EventType type() {
            return EventType.BREAKPOINTS_SET;
        }
    }

    /** A run that was paused goes on. */
    record RunUnpaused(String commandId) implements OfRun, Answering {
        @Override
        public EventType type() {
            return EventType.RUN_UNPAUSED;
        }
    }

    /**
     * A command could not be carried out.
     *
     * @param reason for people
     * @param code for programs, such as {@code not-allowed}, {@code not-pending} or {@code ambiguous}
     * @param count about how many of its type were refused one after the other, see {@link Rejections}; 0 while each is listed
     */
    record CommandRejected(String command, String commandId, String reason, String code, int count)
            implements OfRun, Answering {
        @Override
        public EventType type() {
            return EventType.COMMAND_REJECTED;
        }
    }
}
