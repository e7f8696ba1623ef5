package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.contracts.definition.OnExceeded;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Node;
import dev.postroad.engine.run.EventBody.NodeCancelled;
import dev.postroad.engine.run.EventBody.NodeCompleted;
import dev.postroad.engine.run.EventBody.NodeFailed;
import dev.postroad.engine.run.EventBody.NodeReassigned;
import dev.postroad.engine.run.EventBody.NodeReminded;
import dev.postroad.engine.run.EventBody.NodeRetrying;
import dev.postroad.engine.run.EventBody.NodeStarted;
import dev.postroad.engine.run.EventBody.NodeWaiting;
import dev.postroad.engine.run.EventBody.OfTask;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What events make of a task, and of the graph that it belongs to. Changes the same copy of a run as {@link RunFold}. */
final class TaskFold {
    private TaskFold() {}

    static void apply(Run run, Event event, @Nullable ObjectNode merged) {
        Task task = run.task(Objects.requireNonNull(event.task()));
        OfTask body = (OfTask) event.body();
        switch (body) {
            case NodeStarted started -> run.change(begun(run, task, event.attempt(), started));
            case EventBody.NodeCalling calling ->
                run.change(ToolRound.begun(run.root.holding(task.id()), task, calling));
            case NodeRetrying retrying -> run.change(task.backingOff(retrying));
            case NodeCompleted completed -> complete(run, task, event.version(), completed, merged);
            case NodeWaiting waiting -> {
                run.change(task.waiting(waiting));
                if (waiting.dispatch() != null && !task.isDispatched()) {
                    run.stirredAt = event.at();
                }
            }
            case NodeReminded _ -> run.change(task.asking(asked(run, task).reminded(event.at())));
            case NodeReassigned reassigned ->
                run.change(task.asking(asked(run, task).of(reassigned.assignee())));
            case NodeFailed failed -> fail(run, task, failed);
            case EventBody.BudgetExceeded exceeded -> run.warned |= exceeded.onExceeded() == OnExceeded.WARN;
            case NodeCancelled _ -> run.change(task.cancelled());
        }
        spend(run, body.usage());
    }

    private static void spend(Run run, Usage usage) {
        if (!usage.equals(Usage.NONE)) {
            run.tokens += usage.tokens();
            run.spent = run.spent.plus(usage);
        }
    }

    private static Interrupt asked(Run run, Task task) {
        return Objects.requireNonNull(task.interrupt(), () -> "run " + run.id() + " asks nothing there");
    }

    private static Task begun(Run run, Task task, int attempt, NodeStarted started) {
        if (task.child() != null) {
            return ToolRound.goneOn(task, attempt);
        }
        return task.started(attempt, started.inside() == null ? null : begun(run, task, started.inside()));
    }

    private static Frame begun(Run run, Task task, EventBody.Entry entry) {
        Node node = run.root.holding(task.id()).graph().node(task.node());
        Graph inside = ((Node.ByGraph) node.work()).graph();
        Frame empty = Frame.empty(inside, task.id() + "/");
        return empty.entered(
                entry.input(), Replay.merged(run.id(), empty, EdgeDefinition.START, entry.input()), entry.next());
    }

    private static void complete(
            Run run, Task task, int version, NodeCompleted completed, @Nullable ObjectNode merged) {
        run.change(task.done(completed.writes(), completed.next()));
        if (task.id().indexOf('/') < 0) {
            BitSet completedNow = (BitSet) run.completedNodes.clone();
            completedNow.set(run.graph().node(task.node()).index());
            run.completedNodes = completedNow;
        }
        Frame frame = run.root.holding(task.id());
        boolean closes = version > run.version || completed.closes();
        if (Eager.is(frame)) {
            run.root = run.root.with(closes ? Replay.closedEagerly(run.id(), frame) : Eager.ahead(frame));
        } else if (closes) {
            run.root = run.root.with(frame.closed(merged == null ? Replay.merged(run.id(), frame) : merged));
        }
    }

    private static void fail(Run run, Task task, NodeFailed failed) {
        run.change(task.failed(failed));
        if (failed.handler() != null) {
            Frame frame = run.root.holding(task.id());
            RunError cause = failed.error().of(task.node());
            Frame handled = frame.plus(List.of(Task.handling(task, failed.handler(), cause)));
            run.root = run.root.with(Eager.is(handled) ? Eager.ahead(handled) : handled);
        }
    }
}
