package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.definition.OnExceeded;
import dev.postroad.contracts.definition.OnExhausted;
import dev.postroad.engine.graph.Node;
import dev.postroad.engine.graph.Target;
import dev.postroad.engine.run.Command.Answer;
import dev.postroad.engine.run.EventBody.BudgetExceeded;
import dev.postroad.engine.run.EventBody.NodeCompleted;
import dev.postroad.engine.run.EventBody.NodeFailed;
import dev.postroad.engine.run.EventBody.NodeRetrying;
import dev.postroad.engine.run.EventBody.RunFailed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The ends of tasks: they complete, fail, or are stopped. Confined to one decision. */
final class TaskEnds {
    private final Draft draft;
    private final Results results;

    TaskEnds(Draft draft, Results results) {
        this.draft = draft;
        this.results = results;
    }

    void complete(Task task, AgentReply.Completed reply, long durationMillis) {
        try {
            List<ObjectNode> writes = results.writes(task, reply.output());
            if (reply.next().stream().anyMatch(Goto::parent)) {
                leave(task, writes, reply);
                return;
            }
            List<Target> next = results.next(task, writes, reply.next());
            done(task, writes, next, reply.usage(), durationMillis);
        } catch (RefusedException refused) {
            fail(task, refused.error(), reply.usage(), durationMillis);
        }
    }

    /** Completes a node that is a graph, whose last superstep is over. */
    void completeGraph(Frame inside) {
        Task owner = draft.run().task(inside.owner());
        try {
            List<ObjectNode> writes = draft.node(owner).output() == null
                    ? inside.contents().writtenFor(draft.frame(owner).graph())
                    : results.writes(owner, inside.state());
            done(owner, writes, results.next(owner, writes, List.of()), Usage.NONE, -1);
        } catch (RefusedException refused) {
            fail(owner, refused.error(), -1);
        }
    }

    /** An agent inside a graph sends the graph around it somewhere; the rest of its own graph is dropped. */
    private void leave(Task task, List<ObjectNode> writes, AgentReply.Completed reply) throws RefusedException {
        Frame inside = draft.frame(task);
        if (!inside.isInside()) {
            throw new RefusedException(
                    RunError.BAD_OUTPUT,
                    "goto names a node of the parent, but graph "
                            + inside.graph().name() + " is not inside another here");
        }
        Task owner = draft.run().task(inside.owner());
        List<Target> next = results.next(
                owner,
                writes,
                reply.next().stream()
                        .map(there -> new Goto(there.node(), there.input(), false))
                        .toList());
        for (Task sibling :
                inside.where(found -> found.status().isUnderWay() && !found.id().equals(task.id()))) {
            stop(sibling);
        }
        done(owner, writes, next, reply.usage(), -1);
    }

    private void done(Task task, List<ObjectNode> writes, @Nullable List<Target> next, Usage usage, long millis) {
        Frame frame = draft.frame(task);
        RunError tooMany = TaskLimit.beyond(draft.run(), frame, next);
        if (tooMany != null) {
            fail(task, tooMany, usage, millis);
            return;
        }
        int limit = frame.graph().limits().stateBytes();
        long bytes = JsonSizes.sum(writes);
        if (bytes > limit) {
            fail(task, tooLarge(frame, bytes), usage, millis);
            return;
        }
        if (!frame.waitsOnlyFor(task)) {
            draft.emitCompleted(new NodeCompleted(writes, next, usage, false), task, millis, null);
            return;
        }
        try {
            ObjectNode merged = frame.mergedWith(task, writes, next, draft.budget());
            // Only the last task of a superstep looks at its siblings, or ten thousand of them would take for ever.
            if (frame.mostBytesWith(bytes) > limit && JsonSizes.of(merged) > limit) {
                fail(task, tooLarge(frame, JsonSizes.of(merged)), usage, millis);
                return;
            }
            draft.emitCompleted(new NodeCompleted(writes, next, usage, frame.isInside()), task, millis, merged);
        } catch (MergeConflictException conflict) {
            draft.emitCompleted(new NodeCompleted(writes, next, usage, false), task, millis, null);
            failFor(conflict, draft.frame(task));
        }
    }

    private static RunError tooLarge(Frame frame, long bytes) {
        return new RunError(
                RunError.STATE_SIZE,
                "with what this superstep wrote, the state would take about " + bytes
                        + " bytes; write less, or raise limits.stateBytes of graph "
                        + frame.graph().name() + ", which is "
                        + frame.graph().limits().stateBytes(),
                null);
    }

    private void failFor(MergeConflictException conflict, Frame frame) {
        List<String> tasks = frame.current().tasks().stream()
                .filter(done ->
                        done.status() == TaskStatus.DONE && conflict.nodes().contains(done.node()))
                .map(Task::id)
                .toList();
        RunError error = new RunError(RunError.CONFLICT, String.valueOf(conflict.getMessage()), null);
        if (Eager.is(frame)) {
            stopAll();
        }
        draft.emit(new RunFailed(error, tasks, draft.run().state()));
    }

    /** A journal may end between the last result of a superstep and the failure that its conflict is. */
    void failUnmerged(Frame frame) {
        try {
            frame.merged(draft.budget());
            throw new IllegalStateException("superstep " + frame.superstep().number() + " of run "
                    + draft.run().id() + " is over and was not closed");
        } catch (MergeConflictException conflict) {
            failFor(conflict, frame);
        }
    }

    /** @param answer whose policy and chance count */
    void fault(Task task, AgentReply.Faulted fault, Answer answer) {
        RetryPolicy policy = answer.policy().with(draft.node(task).retry());
        int counted = task.attempt() - task.spent();
        RunError error = new RunError(fault.type(), fault.message(), null);
        if (!policy.retries(fault)) {
            fail(task, error, fault.usage(), answer.durationMillis());
            return;
        }
        if (counted >= policy.maxAttempts()) {
            boolean pauses = policy.onExhausted() == OnExhausted.PAUSE
                    && draft.node(task).onError() == null;
            fail(
                    task,
                    new NodeFailed(error, draft.node(task).onError(), pauses, fault.usage()),
                    answer.durationMillis());
            return;
        }
        Duration delay = policy.delayAfter(counted, fault.retryAfter(), answer.chance());
        Instant dueAt = draft.now().plus(delay);
        draft.emit(new NodeRetrying(error, dueAt, fault.usage()), task, task.attempt(), answer.durationMillis());
        draft.retryAt(task, dueAt);
    }

    /** A task failed for good; another may stand in for it. */
    void fail(Task task, RunError error, long durationMillis) {
        fail(task, error, Usage.NONE, durationMillis);
    }

    /** An attempt of a task was its last; what it consumed is paid for all the same. */
    void fail(Task task, RunError error, Usage usage, long durationMillis) {
        fail(task, new NodeFailed(error, draft.node(task).onError(), false, usage), durationMillis);
    }

    void fail(Task task, NodeFailed failed, long durationMillis) {
        draft.emit(failed, task, task.attempt(), durationMillis);
    }

    /** A call is beyond the budget: its run is told, once where that is all; else the task fails, or has its run pause. */
    void overBudget(Task task, BudgetExceeded exceeded) {
        boolean tellsAlone = exceeded.onExceeded() == OnExceeded.WARN;
        if (tellsAlone && draft.run().isWarned()) {
            return;
        }
        draft.emit(exceeded, task, task.attempt(), -1);
        if (!tellsAlone) {
            RunError error = new RunError(RunError.BUDGET, exceeded.reason(), null);
            boolean pauses = exceeded.onExceeded() == OnExceeded.PAUSE;
            String handler = pauses ? null : draft.node(task).onError();
            fail(draft.run().task(task.id()), new NodeFailed(error, handler, pauses, Usage.NONE), -1);
        }
    }

    /** Stops everything that is under way. */
    void stopAll() {
        draft.run()
                .root()
                .where(task -> task.status().isUnderWay() && task.child() == null)
                .forEach(this::stop);
    }

    /** Tells agents that work on while they ask that nobody will answer; the questions stay, for a retry calls those agents anew. */
    void recallAsking() {
        for (Task task : draft.run().root().where(found -> found.status() == TaskStatus.ASKING)) {
            String handle = Objects.requireNonNull(task.interrupt()).handle();
            if (handle != null && draft.node(task).work() instanceof Node.ByAgent(String agent)) {
                draft.perform(new Effect.Recall(agent, task.id(), task.attempt(), handle));
            }
        }
    }

    private void stop(Task task) {
        draft.emit(new EventBody.NodeCancelled(), task, task.attempt(), -1);
        Dispatch dispatch = task.dispatch();
        draft.perform(
                dispatch == null
                        ? new Effect.StopCall(task.id(), task.attempt())
                        : dispatch.recall(task.id(), task.attempt()));
    }
}
