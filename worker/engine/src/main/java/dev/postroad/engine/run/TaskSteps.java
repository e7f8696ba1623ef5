package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Asking;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.definition.OnExhausted;
import dev.postroad.engine.expression.Expression;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Node;
import dev.postroad.engine.graph.Target;
import dev.postroad.engine.run.Command.Answer;
import dev.postroad.engine.run.Command.RetryDue;
import dev.postroad.engine.run.Command.TakeUp;
import dev.postroad.engine.run.Command.Unavailable;
import dev.postroad.engine.run.EventBody.Handed;
import dev.postroad.engine.run.EventBody.Missing;
import dev.postroad.engine.run.EventBody.NodeCompleted;
import dev.postroad.engine.run.EventBody.NodeFailed;
import dev.postroad.engine.run.EventBody.NodeReminded;
import dev.postroad.engine.run.EventBody.NodeRetrying;
import dev.postroad.engine.run.EventBody.NodeStarted;
import dev.postroad.engine.run.EventBody.NodeWaiting;
import dev.postroad.engine.run.EventBody.RunFailed;
import dev.postroad.engine.run.EventBody.RunResumed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The steps of single tasks: begin, complete, wait, back off, fail. Confined to one decision. */
final class TaskSteps {
    /** So that workers whose clocks differ do not fill a journal while they ask for an agent. */
    /** One that asks again and again, with time-outs that answer it, would go on for ever. */
    private static final int MOST_ANSWERS = 1_000;

    private static final Duration SHORTEST_WAIT = Duration.ofMillis(100);

    private final Draft draft;
    private final Results results;

    TaskSteps(Draft draft, Results results) {
        this.draft = draft;
        this.results = results;
    }

    /** Begins the next pending task, where the limit on tasks at once allows; false where there is none to begin. */
    boolean startNext(Frame frame) {
        Superstep superstep = frame.superstep();
        int limit = frame.graph().limits().concurrency();
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
        List<TakeUp.Attempt> calls = new ArrayList<>();
        for (Task task : draft.run().root().where(found -> found.status().isUnderWay())) {
            if (task.isCalling()) {
                calls.add(new TakeUp.Attempt(task.id(), task.attempt()));
            } else if (task.status() == TaskStatus.BACKING_OFF) {
                wake(task, Objects.requireNonNull(task.dueAt()));
            }
        }
        resumeSleepers();
        takeUp(calls);
    }

    /** Makes calls again, unless something else happened to their tasks; what is too much for one decision later. */
    void takeUp(List<TakeUp.Attempt> calls) {
        for (int i = 0; i < calls.size(); i++) {
            if (draft.budget().isSpent()) {
                draft.perform(new Effect.Yield(new TakeUp(calls.subList(i, calls.size()))));
                return;
            }
            Task task = draft.run().root().find(calls.get(i).task());
            if (task != null
                    && task.isCalling()
                    && task.attempt() == calls.get(i).attempt()) {
                perform(task);
            }
        }
    }

    private void wakeUpAt(Instant time) {
        draft.perform(new Effect.Wake(time, new Command.WakeUp()));
    }

    /** Sets the timers of what sleeps or asks, for a run that may have been put away meanwhile. */
    void resumeSleepers() {
        for (Task task : draft.run().root().where(found -> found.wakesAt() != null)) {
            wakeUpAt(Objects.requireNonNull(task.wakesAt()));
        }
    }

    /** Sees to the questions that nobody answered in time, or of which somebody is to be reminded; false for none. */
    boolean expireQuestions() {
        List<Task> expired = draft.run().root().where(this::hasExpired);
        for (Task task : expired) {
            Interrupt asked = Objects.requireNonNull(task.interrupt());
            Instant due = asked.dueAt();
            if (due == null || draft.now().isBefore(due)) {
                draft.emit(new NodeReminded(), task, task.attempt(), -1);
            } else {
                expire(task, asked);
            }
        }
        return !expired.isEmpty();
    }

    private boolean hasExpired(Task task) {
        Instant wakesAt = task.status() == TaskStatus.ASKING ? task.wakesAt() : null;
        return wakesAt != null && !draft.now().isBefore(wakesAt);
    }

    private void expire(Task task, Interrupt asked) {
        JsonNode onTimeout = asked.asking().onTimeout();
        boolean takesOver = onTimeout != null
                && onTimeout.isTextual()
                && frame(task).graph().nodes().containsKey(onTimeout.textValue());
        Map<String, JsonNode> answers = onTimeout == null || takesOver ? Map.of() : Map.of(task.id(), onTimeout);
        draft.emit(new RunResumed(null, answers, List.of(), null, List.of()));
        if (answers.isEmpty()) {
            String handler = takesOver
                    ? Objects.requireNonNull(onTimeout).textValue()
                    : node(task).onError();
            RunError error = new RunError(
                    RunError.TIMEOUT,
                    "nobody answered " + asked.id() + " within "
                            + asked.asking().timeout(),
                    null);
            fail(draft.run().task(task.id()), new NodeFailed(error, handler, false), 0);
        }
    }

    /** Lets tasks go on that sleep; false where there is none of the kind. */
    boolean wake(Predicate<Task> kind) {
        List<String> woken =
                draft.run().root().where(kind).stream().map(Task::id).toList();
        if (woken.isEmpty()) {
            return false;
        }
        draft.emit(new RunResumed(null, Map.of(), woken, null, List.of()));
        return true;
    }

    /** Begins the attempt that a task waited for, unless something else happened to it. */
    void retryDue(RetryDue due) {
        Task task = draft.run().root().find(due.task());
        if (task != null && task.status() == TaskStatus.BACKING_OFF && task.attempt() + 1 == due.attempt()) {
            begin(task);
        }
    }

    /** Takes an agent's answer; false where it came too late to matter. */
    boolean answer(Answer answer) {
        Task task = draft.run().root().find(answer.task());
        if (task == null || !task.isCalling() || task.attempt() != answer.attempt()) {
            return false;
        }
        switch (answer.reply()) {
            case AgentReply.Completed completed -> complete(task, completed, answer.durationMillis());
            case AgentReply.Interrupted(JsonNode question, Asking asking) ->
                ask(task, question, asking, answer.durationMillis());
            case AgentReply.Sleeping(Duration duration) ->
                sleep(task, draft.now().plus(Results.bounded(duration)), answer.durationMillis());
            case AgentReply.Faulted fault -> fault(task, fault, answer);
        }
        return true;
    }

    /** Takes it that a task's agent cannot be called now; false where that came too late to matter. */
    boolean unavailable(Unavailable unavailable) {
        Task task = draft.run().root().find(unavailable.task());
        if (task == null || !task.isCalling() || task.attempt() != unavailable.attempt()) {
            return false;
        }
        if (unavailable.fails()) {
            fail(task, new RunError(RunError.AGENT_UNAVAILABLE, unavailable.reason(), null), 0);
        } else {
            awaitAgent(task, unavailable);
        }
        return true;
    }

    private void awaitAgent(Task task, Unavailable unavailable) {
        Duration wait = Results.bounded(Duration.between(draft.now(), unavailable.until()));
        Instant until = draft.now().plus(wait.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : wait);
        Missing missing = new Missing(unavailable.agent(), unavailable.reason());
        draft.emit(new NodeWaiting(null, until, missing), task, task.attempt(), 0);
        wakeUpAt(until);
    }

    private void begin(Task task) {
        int attempt = task.attempt() + 1;
        switch (node(task).work()) {
            case Node.ByAgent(String agent) -> beginCall(task, agent, attempt);
            case Node.ByGraph(Graph graph) -> enter(task, graph, attempt);
            case Node.BySet _, Node.ByInterrupt _, Node.BySleep _ -> {
                draft.emit(NodeStarted.PLAIN, task, attempt, -1);
                perform(draft.run().task(task.id()));
            }
        }
    }

    private void beginCall(Task task, String agent, int attempt) {
        try {
            JsonNode input = input(task);
            boolean isState = node(task).input() == null && task.place().input() == null;
            draft.emit(new NodeStarted(null, new Handed(agent, isState ? null : input)), task, attempt, -1);
            call(draft.run().task(task.id()), agent, input);
        } catch (RefusedException refused) {
            draft.emit(new NodeStarted(null, new Handed(agent, null)), task, attempt, -1);
            fail(draft.run().task(task.id()), refused.error(), 0);
        }
    }

    private void enter(Task task, Graph graph, int attempt) {
        try {
            draft.emit(NodeStarted.entering(results.entry(task, graph)), task, attempt, -1);
        } catch (RefusedException refused) {
            draft.emit(NodeStarted.PLAIN, task, attempt, -1);
            fail(draft.run().task(task.id()), refused.error(), 0);
        }
    }

    private void perform(Task task) {
        Node node = node(task);
        try {
            switch (node.work()) {
                case Node.BySet(Expression writes) -> complete(task, plain(results.evaluate(task, writes)), 0);
                case Node.ByAgent(String agent) -> call(task, agent, input(task));
                case Node.ByInterrupt interrupt -> askOrComplete(task, interrupt);
                case Node.BySleep(Expression until) -> sleepOrWake(task, until);
                case Node.ByGraph ignored -> throw new IllegalStateException("a graph is entered, not performed");
            }
        } catch (RefusedException refused) {
            fail(task, refused.error(), 0);
        }
    }

    private void askOrComplete(Task task, Node.ByInterrupt interrupt) throws RefusedException {
        if (!task.answers().isEmpty()) {
            complete(task, plain(task.answers().getLast()), 0);
            return;
        }
        JsonNode question = results.evaluate(task, interrupt.question());
        String assignee = interrupt.assignee() == null ? null : results.assignee(task, interrupt.assignee());
        ask(task, question, interrupt.asking().of(assignee), 0);
    }

    private void sleepOrWake(Task task, Expression until) throws RefusedException {
        if (task.attempt() > 1) {
            complete(task, plain(JsonNodeFactory.instance.objectNode()), 0);
        } else {
            sleep(task, Results.time(results.evaluate(task, until), draft.now()), 0);
        }
    }

    private JsonNode input(Task task) throws RefusedException {
        Expression expression = node(task).input();
        return expression == null ? results.plainInput(task) : results.evaluate(task, expression);
    }

    private void call(Task task, String agent, JsonNode input) {
        Node node = node(task);
        String graph = frame(task).graph().name();
        draft.perform(new Effect.CallAgent(
                agent,
                graph,
                task.node(),
                task.id(),
                task.attempt(),
                input,
                task.answers(),
                node.timeout(),
                node.cache(),
                node.guard()));
    }

    private void ask(Task task, JsonNode question, Asking asking, long durationMillis) {
        String refusal = task.answers().size() < MOST_ANSWERS
                ? results.refusal(task, asking)
                : "the task has asked " + MOST_ANSWERS + " times, and all answers are handed to each call of it;"
                        + " ask in a loop of the graph, where each question is a task of its own";
        if (refusal != null) {
            fail(task, new RunError(RunError.BAD_OUTPUT, refusal, null), durationMillis);
            return;
        }
        Interrupt interrupt = new Interrupt(
                task.interruptId(),
                task.node(),
                task.id(),
                question,
                asking,
                draft.run().version(),
                draft.now(),
                0);
        draft.emit(NodeWaiting.asking(interrupt), task, task.attempt(), durationMillis);
        Instant wakesAt = interrupt.wakesAt();
        if (wakesAt != null) {
            wakeUpAt(wakesAt);
        }
    }

    private void sleep(Task task, Instant until, long durationMillis) {
        draft.emit(NodeWaiting.until(until), task, task.attempt(), durationMillis);
        wakeUpAt(until);
    }

    private static AgentReply.Completed plain(JsonNode output) {
        return new AgentReply.Completed(output, Usage.NONE);
    }

    private void complete(Task task, AgentReply.Completed reply, long durationMillis) {
        try {
            List<ObjectNode> writes = results.writes(task, reply.output());
            if (reply.next().stream().anyMatch(Goto::parent)) {
                leave(task, writes, reply.next());
                return;
            }
            List<Target> next = results.next(task, writes, reply.next());
            done(task, writes, next, reply.usage(), durationMillis);
        } catch (RefusedException refused) {
            fail(task, refused.error(), durationMillis);
        }
    }

    /** Completes a node that is a graph, whose last superstep is over. */
    void completeGraph(Frame inside) {
        Task owner = draft.run().task(inside.owner());
        try {
            List<ObjectNode> writes = node(owner).output() == null
                    ? inside.contents().writtenFor(frame(owner).graph())
                    : results.writes(owner, inside.state());
            done(owner, writes, results.next(owner, writes, List.of()), Usage.NONE, -1);
        } catch (RefusedException refused) {
            fail(owner, refused.error(), -1);
        }
    }

    /** An agent inside a graph sends the graph around it somewhere; the rest of its own graph is dropped. */
    private void leave(Task task, List<ObjectNode> writes, List<Goto> gotos) throws RefusedException {
        Frame inside = frame(task);
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
                gotos.stream()
                        .map(there -> new Goto(there.node(), there.input(), false))
                        .toList());
        for (Task sibling :
                inside.where(found -> found.status().isUnderWay() && !found.id().equals(task.id()))) {
            stop(sibling);
        }
        done(owner, writes, next, Usage.NONE, -1);
    }

    /** Stops everything that is under way. */
    void stopAll() {
        draft.run()
                .root()
                .where(task -> task.status().isUnderWay() && task.child() == null)
                .forEach(this::stop);
    }

    private void stop(Task task) {
        draft.emit(new EventBody.NodeCancelled(), task, task.attempt(), -1);
        draft.perform(new Effect.StopCall(task.id(), task.attempt()));
    }

    private void done(Task task, List<ObjectNode> writes, @Nullable List<Target> next, Usage usage, long millis) {
        Frame frame = frame(task);
        int limit = frame.graph().limits().stateBytes();
        long bytes = JsonSizes.sum(writes);
        if (bytes > limit) {
            fail(task, tooLarge(frame, bytes), millis);
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
                fail(task, tooLarge(frame, JsonSizes.of(merged)), millis);
                return;
            }
            draft.emitCompleted(new NodeCompleted(writes, next, usage, frame.isInside()), task, millis, merged);
        } catch (MergeConflictException conflict) {
            draft.emitCompleted(new NodeCompleted(writes, next, usage, false), task, millis, null);
            failFor(conflict, frame(task));
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

    private void fault(Task task, AgentReply.Faulted fault, Answer answer) {
        RetryPolicy policy = answer.policy().with(node(task).retry());
        int counted = task.attempt() - task.spent();
        RunError error = new RunError(fault.type(), fault.message(), null);
        if (!policy.retries(fault)) {
            fail(task, error, answer.durationMillis());
            return;
        }
        if (counted >= policy.maxAttempts()) {
            boolean pauses =
                    policy.onExhausted() == OnExhausted.PAUSE && node(task).onError() == null;
            fail(task, new NodeFailed(error, node(task).onError(), pauses), answer.durationMillis());
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

    /** A task failed for good; another may stand in for it. */
    void fail(Task task, RunError error, long durationMillis) {
        fail(task, new NodeFailed(error, node(task).onError(), false), durationMillis);
    }

    private void fail(Task task, NodeFailed failed, long durationMillis) {
        draft.emit(failed, task, task.attempt(), durationMillis);
    }

    Node node(Task task) {
        return frame(task).graph().node(task.node());
    }

    private Frame frame(Task task) {
        return draft.run().root().holding(task.id());
    }
}
