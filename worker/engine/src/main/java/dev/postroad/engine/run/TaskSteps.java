package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.json.Json;
import dev.postroad.engine.expression.Expression;
import dev.postroad.engine.expression.ExpressionException;
import dev.postroad.engine.graph.Node;
import dev.postroad.engine.graph.Routes;
import dev.postroad.engine.run.Command.Answer;
import dev.postroad.engine.run.Command.RetryDue;
import dev.postroad.engine.run.EventBody.NodeCompleted;
import dev.postroad.engine.run.EventBody.NodeFailed;
import dev.postroad.engine.run.EventBody.NodeRetrying;
import dev.postroad.engine.run.EventBody.NodeStarted;
import dev.postroad.engine.run.EventBody.RunFailed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The steps of single tasks: begin, complete, back off, fail. Confined to one decision. */
final class TaskSteps {
    private final Draft draft;

    TaskSteps(Draft draft) {
        this.draft = draft;
    }

    /** Begins the next pending task, where the limit on tasks at once allows; false where there is none to begin. */
    boolean startNext() {
        Superstep superstep = draft.run().superstep();
        int limit = draft.run().graph().limits().concurrency();
        if (superstep.count(TaskStatus.PENDING) == 0 || superstep.underWay() >= limit) {
            return false;
        }
        for (Task task : superstep.tasks()) {
            if (task.status() == TaskStatus.PENDING) {
                begin(task);
                return true;
            }
        }
        return false;
    }

    /** Sets going again what was under way when the run was read back. */
    void resume() {
        for (Task task : draft.run().superstep().tasks()) {
            if (task.status() == TaskStatus.RUNNING) {
                perform(task);
            } else if (task.status() == TaskStatus.BACKING_OFF) {
                wake(task, Objects.requireNonNull(task.dueAt()));
            }
        }
    }

    /** Begins the attempt that a task waited for, unless something else happened to it. */
    void retryDue(RetryDue due) {
        Task task = draft.run().superstep().find(due.task());
        if (task != null && task.status() == TaskStatus.BACKING_OFF && task.attempt() + 1 == due.attempt()) {
            begin(task);
        }
    }

    /** Takes an agent's answer; false where it came too late to matter. */
    boolean answer(Answer answer) {
        Task task = draft.run().superstep().find(answer.task());
        if (task == null || task.status() != TaskStatus.RUNNING || task.attempt() != answer.attempt()) {
            return false;
        }
        switch (answer.reply()) {
            case AgentReply.Completed(JsonNode output, Usage usage) ->
                complete(task, output, usage, answer.durationMillis());
            case AgentReply.Faulted fault -> fault(task, fault, answer);
        }
        return true;
    }

    private void begin(Task task) {
        int attempt = task.attempt() + 1;
        draft.emit(new NodeStarted(), task, attempt, -1);
        perform(draft.run().superstep().get(task.id()));
    }

    private void perform(Task task) {
        Node node = node(task);
        switch (node.work()) {
            case Node.BySet(Expression writes) -> set(task, writes);
            case Node.ByAgent(String agent) -> call(task, node, agent);
        }
    }

    private void set(Task task, Expression writes) {
        try {
            JsonNode result =
                    writes.evaluateObject(draft.run().scope(draft.run().state(), NullNode.instance));
            complete(task, result, Usage.NONE, 0);
        } catch (ExpressionException failed) {
            fail(task, RunError.EXPRESSION, failed, 0);
        }
    }

    private void call(Task task, Node node, String agent) {
        ObjectNode state = draft.run().state();
        try {
            JsonNode input = node.input() == null
                    ? state
                    : node.input().evaluate(draft.run().scope(state, NullNode.instance));
            draft.perform(new Effect.CallAgent(agent, task.node(), task.id(), task.attempt(), input, node.timeout()));
        } catch (ExpressionException failed) {
            fail(task, RunError.EXPRESSION, failed, 0);
        }
    }

    private void complete(Task task, JsonNode output, Usage usage, long durationMillis) {
        try {
            ObjectNode writes = writes(task, output);
            NodeCompleted completed = new NodeCompleted(writes, chosen(task, writes), usage);
            if (draft.run().superstep().waitsOnlyFor(task.id())) {
                close(task, completed, durationMillis);
            } else {
                draft.emitCompleted(completed, task, durationMillis, null);
            }
        } catch (BadOutputException bad) {
            fail(task, RunError.BAD_OUTPUT, bad, durationMillis);
        } catch (ExpressionException failed) {
            fail(task, RunError.EXPRESSION, failed, durationMillis);
        } catch (MergeConflictException own) {
            fail(task, RunError.CONFLICT, own, durationMillis);
        }
    }

    /** The merge is tried before the result counts, so that a conflict leaves a run that can be read and retried. */
    private void close(Task task, NodeCompleted completed, long durationMillis) {
        ObjectNode merged;
        try {
            merged = draft.run().mergedWith(task, completed.writes());
        } catch (MergeConflictException conflict) {
            draft.emitCompleted(completed, task, durationMillis, null);
            List<String> tasks =
                    draft.run().superstep().idsWhere(done -> conflict.nodes().contains(done.node()));
            RunError error = new RunError(RunError.CONFLICT, String.valueOf(conflict.getMessage()), null);
            draft.emit(new RunFailed(error, tasks, draft.run().state()));
            return;
        }
        draft.emitCompleted(completed, task, durationMillis, merged);
    }

    private ObjectNode writes(Task task, JsonNode output) throws BadOutputException, ExpressionException {
        Run run = draft.run();
        Expression mapping = node(task).output();
        JsonNode mapped = mapping == null ? output : mapping.evaluate(run.scope(run.state(), output));
        if (!(mapped instanceof ObjectNode writes)) {
            throw new BadOutputException("the result must be an object whose keys are channels, but is "
                    + mapped.getNodeType() + "; map it with the node's output");
        }
        String problem = Json.unstorableText(writes);
        String refusal = problem != null ? "the result " + problem : run.graph().refusal(writes);
        if (refusal != null) {
            throw new BadOutputException(refusal);
        }
        return writes;
    }

    /** Conditions see the state with their own node's writes, and only those, applied. */
    private @Nullable List<String> chosen(Task task, ObjectNode writes)
            throws ExpressionException, MergeConflictException {
        Run run = draft.run();
        Routes routes = Objects.requireNonNull(run.graph().routes().get(task.node()));
        if (!routes.isConditional()) {
            return null;
        }
        ObjectNode own = Merge.apply(run.graph(), run.state(), List.of(new Merge.Source(task.node(), writes)));
        return routes.choose(run.scope(own, NullNode.instance));
    }

    private void fault(Task task, AgentReply.Faulted fault, Answer answer) {
        RetryPolicy policy = answer.policy().with(node(task).retry());
        int counted = task.attempt() - task.spent();
        RunError error = new RunError(fault.type(), fault.message(), null);
        if (!fault.retryable() || counted >= policy.maxAttempts()) {
            draft.emit(new NodeFailed(error), task, task.attempt(), answer.durationMillis());
            return;
        }
        Duration delay = policy.delayAfter(counted, fault.retryAfter(), answer.chance());
        Instant dueAt = draft.now().plus(delay);
        draft.emit(new NodeRetrying(error, dueAt), task, task.attempt(), answer.durationMillis());
        wake(task, dueAt);
    }

    private void wake(Task task, Instant dueAt) {
        draft.perform(new Effect.Wake(dueAt, new RetryDue(task.id(), task.attempt() + 1)));
    }

    private void fail(Task task, String type, Exception cause, long durationMillis) {
        RunError error = new RunError(type, String.valueOf(cause.getMessage()), null);
        draft.emit(new NodeFailed(error), task, task.attempt(), durationMillis);
    }

    private Node node(Task task) {
        return draft.run().graph().node(task.node());
    }

    /** What a node gave cannot be written to the state. */
    private static final class BadOutputException extends Exception {
        private static final long serialVersionUID = 1L;

        BadOutputException(String message) {
            super(message);
        }
    }
}
