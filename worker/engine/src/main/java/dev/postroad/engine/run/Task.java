package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.ErrorTypes;
import dev.postroad.engine.graph.Target;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a node in one superstep.
 *
 * @param place where it stands among its siblings, and what it was made for
 * @param attempt the last attempt that began; 0 before the first
 * @param spent the attempts that count no more, because the run was retried or resumed after them, or that never
 *     counted, because their agent could not be called
 * @param dueAt when it goes on by itself; null unless it backs off or sleeps
 * @param waitsFor the agent that it waits for; null unless it sleeps because that one cannot be called
 * @param writes what it wrote, in order; empty unless it is done
 * @param next what its conditions and its agent chose; null where they had no say
 * @param interrupt what a person is asked; null unless it asks
 * @param answers what people and tools answered so far; where its tools are at work, the last is what they were called with
 * @param failure why it failed; null where it did not
 * @param child the graph inside, where the node is one and has begun, or its agent calls tools; else null
 * @param dispatch to whom it was sent; null unless it is with a remote agent
 * @param doubtful the last attempt of which nobody knows whether its agent did the work; 0 for none
 */
record Task(
        String id,
        String node,
        Place place,
        TaskStatus status,
        int attempt,
        int spent,
        @Nullable Instant dueAt,
        @Nullable String waitsFor,
        List<ObjectNode> writes,
        @Nullable List<Target> next,
        @Nullable Interrupt interrupt,
        List<JsonNode> answers,
        @Nullable RunError failure,
        @Nullable Inside child,
        @Nullable Dispatch dispatch,
        int doubtful) {

    /**
     * Where a task stands among its siblings.
     *
     * @param index the number among the tasks that were handed an input of their own; -1 for one that was triggered
     * @param input what it was handed; null for one that was triggered
     * @param error the failure that it is to handle; null for any other
     * @param branch null where it sees the state, and belongs to the oldest superstep that is under way
     */
    record Place(
            int index,
            @Nullable JsonNode input,
            @Nullable RunError error,
            @Nullable Branch branch) implements Comparable<Place> {
        private static final Place TRIGGERED = new Place(-1, null, null, null);

        @Override
        public int compareTo(Place other) {
            return Integer.compare(index, other.index);
        }
    }

    private static Task pending(String id, String node, Place place) {
        return new Task(
                id,
                node,
                place,
                TaskStatus.PENDING,
                0,
                0,
                null,
                null,
                List.of(),
                null,
                null,
                List.of(),
                null,
                null,
                null,
                0);
    }

    static Task triggered(String prefix, String node, int superstep) {
        return pending(prefix + node + "@" + superstep, node, Place.TRIGGERED);
    }

    static Task handed(String prefix, Target target, int superstep, int index) {
        String id = prefix + target.node() + "@" + superstep + "." + index;
        return pending(id, target.node(), new Place(index, target.input(), null, null));
    }

    /** Stands in for a task that failed. */
    static Task handling(Task failed, String handler, RunError error) {
        int local = failed.id.lastIndexOf('/') + 1;
        String superstep = failed.id.substring(failed.id.indexOf('@', local));
        String id = failed.id.substring(0, local) + handler + superstep + "~" + failed.node;
        return pending(id, handler, new Place(failed.place.index, null, error, failed.place.branch));
    }

    /** The same task on a branch of its own; null for none. */
    Task on(@Nullable Branch branch) {
        return new Task(
                id,
                node,
                new Place(place.index, place.input, place.error, branch),
                status,
                attempt,
                spent,
                dueAt,
                waitsFor,
                writes,
                next,
                interrupt,
                answers,
                failure,
                child,
                dispatch,
                doubtful);
    }

    /** The superstep that it belongs to; 0 where that is the oldest under way. */
    int superstep() {
        return place.branch == null ? 0 : place.branch.superstep();
    }

    Task started(int startedAttempt, @Nullable Inside inside) {
        return as(TaskStatus.RUNNING, startedAttempt, spent, null, null, answers, inside);
    }

    Task backingOff(EventBody.NodeRetrying retrying) {
        return as(
                TaskStatus.BACKING_OFF,
                attempt,
                spent,
                retrying.dueAt(),
                null,
                answers,
                null,
                null,
                doubtful(retrying.error()));
    }

    Task waiting(EventBody.NodeWaiting waiting) {
        if (waiting.interrupt() != null) {
            return asking(waiting.interrupt());
        }
        Instant until = Objects.requireNonNull(waiting.until());
        if (waiting.dispatch() != null) {
            return as(TaskStatus.DISPATCHED, attempt, spent, until, null, answers, null, waiting.dispatch(), doubtful);
        }
        return waiting.missing() == null
                ? as(TaskStatus.SLEEPING, attempt, spent, until, null, answers, null, null, 0)
                : waitingFor(waiting.missing().agent(), until);
    }

    /** With a question that is open, or was changed. */
    Task asking(Interrupt asked) {
        return as(TaskStatus.ASKING, attempt, spent, null, asked, answers, null, null, 0);
    }

    /** The attempt that found the agent missing was none. */
    private Task waitingFor(String agent, Instant until) {
        return new Task(
                id,
                node,
                place,
                TaskStatus.SLEEPING,
                attempt,
                spent + 1,
                until,
                agent,
                List.of(),
                null,
                null,
                answers,
                null,
                null,
                null,
                doubtful);
    }

    /** Its agent calls tools, which are the tasks of a graph inside. */
    Task calling(List<JsonNode> withTheCalls, Inside tools) {
        return as(TaskStatus.RUNNING, attempt, spent, null, null, withTheCalls, tools, null, 0);
    }

    /** Called again now that its tools have answered; the attempts before count no more. */
    Task goingOn(int startedAttempt, List<JsonNode> withTheOutcomes) {
        return as(TaskStatus.RUNNING, startedAttempt, startedAttempt - 1, null, null, withTheOutcomes, null, null, 0);
    }

    Task done(List<ObjectNode> itsWrites, @Nullable List<Target> chosen) {
        return new Task(
                id,
                node,
                place,
                TaskStatus.DONE,
                attempt,
                spent,
                null,
                null,
                itsWrites,
                chosen,
                null,
                answers,
                null,
                null,
                null,
                doubtful);
    }

    Task failed(EventBody.NodeFailed failed) {
        TaskStatus unhandled = failed.pauses() ? TaskStatus.EXHAUSTED : TaskStatus.FAILED;
        return failed(failed.error(), failed.handler() == null ? unhandled : TaskStatus.HANDLED);
    }

    Task failed(RunError why) {
        return failed(why, TaskStatus.FAILED);
    }

    private Task failed(RunError why, TaskStatus how) {
        return new Task(
                id,
                node,
                place,
                how,
                attempt,
                spent,
                null,
                null,
                List.of(),
                null,
                null,
                answers,
                why,
                null,
                null,
                doubtful(why));
    }

    Task cancelled() {
        return as(TaskStatus.CANCELLED, attempt, spent, null, null, answers, null);
    }

    /** To be run again, with a new budget of attempts. */
    Task again() {
        return as(TaskStatus.PENDING, attempt, attempt, null, null, answers, null);
    }

    /** To go on after it slept: with what is left of its budget where it waited for an agent, else with a new one. */
    Task awake() {
        return as(TaskStatus.PENDING, attempt, waitsFor == null ? attempt : spent, null, null, answers, null);
    }

    /** To go on before its time, with what is left of its budget. */
    Task sooner() {
        return as(TaskStatus.PENDING, attempt, spent, null, null, answers, null);
    }

    Task answered(JsonNode answer) {
        List<JsonNode> all = new ArrayList<>(answers);
        JsonNode kept = interrupt == null ? null : interrupt.kept();
        if (kept == null) {
            all.add(answer);
        } else {
            ObjectNode both = JsonNodeFactory.instance.objectNode();
            both.set("answer", answer);
            both.set("kept", kept);
            all.add(both);
        }
        return as(TaskStatus.PENDING, attempt, attempt, null, null, List.copyOf(all), null);
    }

    Task with(Inside inside) {
        return as(status, attempt, spent, dueAt, interrupt, answers, inside);
    }

    private Task as(
            TaskStatus newStatus,
            int newAttempt,
            int newSpent,
            @Nullable Instant newDueAt,
            @Nullable Interrupt newInterrupt,
            List<JsonNode> newAnswers,
            @Nullable Inside newChild) {
        return as(newStatus, newAttempt, newSpent, newDueAt, newInterrupt, newAnswers, newChild, null, doubtful);
    }

    private Task as(
            TaskStatus newStatus,
            int newAttempt,
            int newSpent,
            @Nullable Instant newDueAt,
            @Nullable Interrupt newInterrupt,
            List<JsonNode> newAnswers,
            @Nullable Inside newChild,
            @Nullable Dispatch newDispatch,
            int newDoubtful) {
        return new Task(
                id,
                node,
                place,
                newStatus,
                newAttempt,
                newSpent,
                newDueAt,
                null,
                List.of(),
                null,
                newInterrupt,
                newAnswers,
                null,
                newChild,
                newDispatch,
                newDoubtful);
    }

    /** An agent that was given up, or knows no more, may have done its work all the same; one that answered from afar has said what came of it. */
    private int doubtful(RunError why) {
        if (why.type().equals(RunError.TIMEOUT) || why.type().equals(ErrorTypes.TASK_LOST)) {
            return attempt;
        }
        return dispatch == null ? doubtful : 0;
    }

    /** What tells this question from all others of the run. */
    String interruptId() {
        return id + "#" + (answers.size() + 1);
    }

    /** When something becomes of it by itself while it sleeps or asks; null for never. */
    @Nullable
    Instant wakesAt() {
        return switch (status) {
            case SLEEPING, DISPATCHED -> dueAt;
            case ASKING -> interrupt == null ? null : interrupt.wakesAt();
            case PENDING, RUNNING, BACKING_OFF, DONE, HANDLED, FAILED, EXHAUSTED, CANCELLED -> null;
        };
    }

    boolean isTriggered() {
        return place.index < 0;
    }

    /** Whether an attempt of this very task is under way, not merely one of the graph inside. */
    boolean isCalling() {
        return status == TaskStatus.RUNNING && child == null;
    }

    /** Whether an attempt of it is with a remote agent. */
    boolean isDispatched() {
        return status == TaskStatus.DISPATCHED;
    }

    boolean failedOrCancelled() {
        return status.isFailure() || status == TaskStatus.CANCELLED;
    }

    /** The name by which siblings are ordered; LangGraph names the stand-in of a failed node after that node. */
    String orderName() {
        return place.error == null ? node : "__error_handler__" + place.error.node();
    }
}
