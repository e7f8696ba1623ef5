package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.expression.ExpressionException;
import dev.postroad.engine.expression.Scope;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.run.Command.Answer;
import dev.postroad.engine.run.Command.Cancel;
import dev.postroad.engine.run.Command.FromUser;
import dev.postroad.engine.run.Command.Proceed;
import dev.postroad.engine.run.Command.Refuse;
import dev.postroad.engine.run.Command.Retry;
import dev.postroad.engine.run.Command.RetryDue;
import dev.postroad.engine.run.Command.Start;
import dev.postroad.engine.run.Command.TimeOut;
import dev.postroad.engine.run.EventBody.CommandRejected;
import dev.postroad.engine.run.EventBody.NodeCancelled;
import dev.postroad.engine.run.EventBody.RunCancelled;
import dev.postroad.engine.run.EventBody.RunCompleted;
import dev.postroad.engine.run.EventBody.RunFailed;
import dev.postroad.engine.run.EventBody.RunQueued;
import dev.postroad.engine.run.EventBody.RunRetried;
import dev.postroad.engine.run.EventBody.RunStarted;
import java.time.Instant;
import java.util.List;

/**
 * Decides what follows from a command: {@code decide(run, command, now) -> events, effects}. A pure function, in the
 * decider style of Jérémie Chassaing; the time comes in with the call, and every event is folded into the run at once,
 * so that what is decided next sees it.
 *
 * <p>What a run's status does not allow gives a {@code command.rejected} event where a user asked for it, and nothing
 * where an answer or a timer merely came too late.
 */
public final class Decider {
    /** After so many events a decision stops and yields, so that no run starves the others. */
    static final int MAX_EVENTS = 500;

    private final Draft draft;
    private final TaskSteps steps;

    private Decider(Draft draft) {
        this.draft = draft;
        this.steps = new TaskSteps(draft);
    }

    /** Admits a run: its first event. */
    public static Decision admit(String runId, Graph graph, Admission admission, Instant now) {
        Draft draft = new Draft(Run.empty(runId, graph), now);
        draft.emit(new RunQueued(admission));
        return draft.decision();
    }

    /** What follows from a command. Never throws for a sound run. */
    public static Decision decide(Run run, Command command, Instant now) {
        Draft draft = new Draft(run, now);
        new Decider(draft).decide(command);
        return draft.decision();
    }

    /** Takes a run up again that was read back from its journal: calls and timers under way are set going anew. */
    public static Decision recover(Run run, Instant now) {
        Draft draft = new Draft(run, now);
        if (run.status() == RunStatus.RUNNING) {
            Decider decider = new Decider(draft);
            decider.watchDeadline();
            decider.steps.resume();
            decider.advance();
        }
        return draft.decision();
    }

    private void decide(Command command) {
        RunStatus status = draft.run().status();
        switch (command) {
            case Start() -> {
                if (status == RunStatus.QUEUED) {
                    start();
                }
            }
            case Proceed() -> advance();
            case Answer answer -> {
                if (status == RunStatus.RUNNING && steps.answer(answer)) {
                    advance();
                }
            }
            case RetryDue due -> {
                if (status == RunStatus.RUNNING) {
                    steps.retryDue(due);
                    advance();
                }
            }
            case TimeOut() -> timeOut();
            case FromUser fromUser -> {
                if (!draft.run().hasApplied(fromUser.commandId())) {
                    apply(fromUser);
                }
            }
        }
    }

    private void apply(FromUser command) {
        RunStatus status = draft.run().status();
        switch (command) {
            case Cancel cancel
            when status.isEnded() -> reject(cancel, "the run is " + status.publicName() + " already");
            case Cancel(String commandId, String reason) -> {
                stopTasks();
                draft.emit(new RunCancelled(commandId, reason, draft.run().state()));
            }
            case Retry retry
            when !status.isEnded() || status == RunStatus.COMPLETED ->
                reject(retry, "only a failed or cancelled run can be retried, and this one is " + status.publicName());
            case Retry(String commandId) -> retry(commandId);
            case Refuse refuse -> reject(refuse, refuse.reason());
        }
    }

    private void reject(FromUser command, String reason) {
        draft.emit(new CommandRejected(command.type(), command.commandId(), reason));
    }

    private void start() {
        Run run = draft.run();
        try {
            ObjectNode state = Merge.apply(
                    run.graph(),
                    run.state(),
                    List.of(new Merge.Source("START", run.admission().input())));
            Scope scope = run.scope(state, com.fasterxml.jackson.databind.node.NullNode.instance);
            List<String> chosen =
                    run.graph().entry().isConditional() ? run.graph().entry().choose(scope) : null;
            draft.emitStarted(new RunStarted(chosen), state);
        } catch (ExpressionException failed) {
            fail(new RunError(RunError.EXPRESSION, String.valueOf(failed.getMessage()), null), List.of());
            return;
        } catch (MergeConflictException conflict) {
            fail(new RunError(RunError.CONFLICT, String.valueOf(conflict.getMessage()), null), List.of());
            return;
        }
        watchDeadline();
        advance();
    }

    private void retry(String commandId) {
        List<String> tasks = draft.run().superstep().idsWhere(Task::failedOrCancelled);
        draft.emit(new RunRetried(commandId, tasks));
        if (draft.run().status() == RunStatus.QUEUED) {
            start();
            return;
        }
        watchDeadline();
        advance();
    }

    private void timeOut() {
        Run run = draft.run();
        Instant deadline = run.deadline();
        if (run.status() != RunStatus.RUNNING || deadline == null || draft.now().isBefore(deadline)) {
            return;
        }
        stopTasks();
        fail(new RunError(RunError.RUN_TIMEOUT, "the run took longer than it may", null), List.of());
    }

    private void stopTasks() {
        for (Task task : draft.run().superstep().tasks()) {
            if (task.status().isUnderWay()) {
                draft.emit(new NodeCancelled(), task, task.attempt(), -1);
                draft.perform(new Effect.StopCall(task.id(), task.attempt()));
            }
        }
    }

    private void watchDeadline() {
        Instant deadline = draft.run().deadline();
        if (deadline != null) {
            draft.perform(new Effect.Wake(deadline, new TimeOut()));
        }
    }

    /** Starts what can start, closes what is done, until the run waits for somebody or has ended. */
    private void advance() {
        while (draft.run().status() == RunStatus.RUNNING) {
            Run run = draft.run();
            Superstep superstep = run.superstep();
            if (superstep.isEmpty()) {
                draft.emit(new RunCompleted(run.state()));
            } else if (superstep.hasFailed()) {
                if (superstep.underWay() > 0) {
                    return;
                }
                fail(java.util.Objects.requireNonNull(run.error()), List.of());
            } else if (run.isOutOfSupersteps()) {
                fail(outOfSupersteps(run), List.of());
            } else if (draft.size() > MAX_EVENTS) {
                draft.perform(new Effect.Yield(new Proceed()));
                return;
            } else if (!steps.startNext()) {
                return;
            }
        }
    }

    private static RunError outOfSupersteps(Run run) {
        return new RunError(
                RunError.SUPERSTEPS,
                "the run needs more than " + run.graph().limits().supersteps()
                        + " supersteps; raise limits.supersteps of graph "
                        + run.graph().name() + ", or retry the run to give it as many again",
                null);
    }

    private void fail(RunError error, List<String> tasks) {
        draft.emit(new RunFailed(error, tasks, draft.run().state()));
    }
}
