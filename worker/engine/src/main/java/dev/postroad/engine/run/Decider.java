package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.engine.expression.Budget;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.run.Command.AgentAvailable;
import dev.postroad.engine.run.Command.Answer;
import dev.postroad.engine.run.Command.Dispatched;
import dev.postroad.engine.run.Command.FromUser;
import dev.postroad.engine.run.Command.NotDone;
import dev.postroad.engine.run.Command.Proceed;
import dev.postroad.engine.run.Command.Rest;
import dev.postroad.engine.run.Command.Result;
import dev.postroad.engine.run.Command.RetryDue;
import dev.postroad.engine.run.Command.Shown;
import dev.postroad.engine.run.Command.Start;
import dev.postroad.engine.run.Command.TakeUp;
import dev.postroad.engine.run.Command.TimeOut;
import dev.postroad.engine.run.Command.Unavailable;
import dev.postroad.engine.run.Command.WakeUp;
import dev.postroad.engine.run.EventBody.CommandRejected;
import dev.postroad.engine.run.EventBody.RunContinued;
import dev.postroad.engine.run.EventBody.RunQueued;
import dev.postroad.engine.run.EventBody.RunStarted;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Decides what follows from a command: {@code decide(run, command, now, stamp) -> events, effects}. A pure function, in
 * the decider style of Jérémie Chassaing; the times come in with the call, and every event is folded into the run at once,
 * so that what is decided next sees it.
 *
 * <p>What a run's status does not allow gives a {@code command.rejected} event where a user asked for it, and nothing
 * where an answer or a timer merely came too late.
 */
public final class Decider {
    /** After so many events, or a {@link Budget}, a decision stops and yields, so that no run starves the others. */
    static final int MAX_EVENTS = 500;

    private final Draft draft;
    private final Results results;
    private final TaskEnds ends;
    private final TaskWaits waits;
    private final TaskSteps steps;
    private final RemoteTasks remote;
    private final Deadlines deadlines;
    private final Progress progress;

    private Decider(Draft draft) {
        this.draft = draft;
        this.results = new Results(draft);
        this.ends = new TaskEnds(draft, results);
        this.waits = new TaskWaits(draft, results, ends);
        this.steps = new TaskSteps(draft, results, ends, waits);
        this.remote = new RemoteTasks(draft, steps);
        this.deadlines = new Deadlines(draft, ends);
        this.progress = new Progress(draft, results, ends, steps, remote, deadlines);
    }

    /**
     * Admits a run: its first event.
     *
     * @param stamp the time of the event
     */
    public static Decision admit(String runId, Graph graph, Admission admission, Instant stamp) {
        Draft draft = new Draft(Run.empty(runId, graph), stamp, stamp);
        draft.emit(new RunQueued(admission));
        return draft.decision();
    }

    /** What follows from a command, where the clock that stamps events is right. Never throws for a sound run. */
    public static Decision decide(Run run, Command command, Instant now) {
        return decide(run, command, now, now);
    }

    /**
     * What follows from a command. Never throws for a sound run.
     *
     * @param now the real time: what is due, and when what begins to wait will be, is told by it
     * @param stamp the time of the events; later than {@code now} where the journal has later times already
     */
    public static Decision decide(Run run, Command command, Instant now, Instant stamp) {
        Draft draft = new Draft(run, now, stamp);
        Decider decider = new Decider(draft);
        decider.decide(command);
        decider.goOn();
        decider.deadlines.watchSuperstep(run.superstepDeadline());
        return draft.decision();
    }

    /** As {@link #recover(Run, Instant, Instant)}, where the clock that stamps events is right. */
    public static Decision recover(Run run, Instant now) {
        return recover(run, now, now);
    }

    /**
     * Takes a run up again that was read back from its journal: calls and timers under way are set going anew.
     *
     * @param now the real time
     * @param stamp the time of the events
     */
    public static Decision recover(Run run, Instant now, Instant stamp) {
        Draft draft = new Draft(run, now, stamp);
        if (run.status() == RunStatus.RUNNING) {
            Decider decider = new Decider(draft);
            decider.deadlines.watchRun();
            decider.steps.resume();
            decider.remote.watch();
            decider.askForAgents();
            decider.progress.advance();
            decider.goOn();
            decider.deadlines.watchSuperstep(null);
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
            case Proceed() -> progress.advance();
            case TakeUp(List<TakeUp.Attempt> calls) -> {
                if (status == RunStatus.RUNNING) {
                    steps.takeUp(calls);
                    progress.advance();
                }
            }
            case Answer answer -> {
                if (status == RunStatus.RUNNING && steps.answer(answer)) {
                    progress.advance();
                }
            }
            case Command.CallTools calls -> {
                if (status == RunStatus.RUNNING && steps.callTools(calls)) {
                    progress.advance();
                }
            }
            case Unavailable unavailable -> {
                if (status == RunStatus.RUNNING && steps.unavailable(unavailable)) {
                    progress.advance();
                }
            }
            case Command.OverBudget over -> {
                if (status == RunStatus.RUNNING && steps.overBudget(over)) {
                    progress.advance();
                }
            }
            case RetryDue due -> {
                if (status == RunStatus.RUNNING) {
                    steps.retryDue(due);
                    progress.advance();
                }
            }
            case Dispatched sent -> {
                if (remote.dispatched(sent)) {
                    progress.advance();
                }
            }
            case Result result -> goOnAfter(remote.result(result), status);
            case NotDone notDone -> goOnAfter(remote.notDone(notDone), status);
            case Shown shown -> remote.shown(shown);
            case Rest(Instant since) -> {
                if (status == RunStatus.RUNNING && since.equals(draft.run().stirredAt())) {
                    progress.leaveToAgents();
                }
            }
            case WakeUp wakeUp -> wakeUp(wakeUp);
            case AgentAvailable(String agent) -> agentAvailable(agent);
            case TimeOut() -> deadlines.end();
            case FromUser fromUser -> {
                if (!draft.run().hasApplied(fromUser.commandId())) {
                    apply(fromUser, draft.run().rejections().isListed(fromUser.type(), fromUser.commandId()));
                }
            }
        }
    }

    /** @param listed whether the journal says so where it is refused */
    private void apply(FromUser command, boolean listed) {
        boolean wasRunning = draft.run().status() == RunStatus.RUNNING;
        try {
            new UserCommands(draft, ends, results).apply(command);
        } catch (RefusedException refused) {
            String reason = refused.error().message();
            String code = refused.error().type();
            if (listed) {
                int count = draft.run().rejections().next(command.type());
                draft.emit(new CommandRejected(command.type(), command.commandId(), reason, code, count));
            } else {
                draft.perform(new Effect.Reject(code, reason));
            }
            return;
        }
        if (draft.run().status() == RunStatus.RUNNING) {
            if (!wasRunning) {
                askForAgents();
            }
            goAhead();
        } else if (command instanceof Command.Migrate && draft.run().isUnderWay()) {
            // The other version may have another time limit.
            deadlines.watchRun();
        }
    }

    /** Whoever said meanwhile that an agent can be called again did not say it to this run. */
    private void askForAgents() {
        waits.wake(task -> task.waitsFor() != null);
    }

    /** Goes on after a rest, in which timers may have been lost. */
    private void goAhead() {
        deadlines.watchRun();
        waits.resumeSleepers();
        remote.watch();
        progress.advance();
    }

    private void start() {
        Run run = draft.run();
        Snapshot base = run.admission().base();
        if (run.hasBegun()) {
            draft.emit(new RunStarted(null));
            askForAgents();
            goAhead();
        } else if (base == null) {
            startFromInput(run);
        } else {
            draft.emitStarted(new RunStarted(null), base.state());
            deadlines.watchRun();
            progress.advance();
        }
    }

    private void startFromInput(Run run) {
        ObjectNode input = run.admission().input();
        try {
            ObjectNode state = Results.merged(run.root(), EdgeDefinition.START, List.of(input), draft.budget());
            draft.emitStarted(new RunStarted(results.entered(run.root(), input)), state);
        } catch (RefusedException refused) {
            draft.fail(refused.error());
            return;
        }
        deadlines.watchRun();
        progress.advance();
    }

    /** What slept long enough goes on. */
    private void wakeUp(WakeUp wakeUp) {
        deadlines.end();
        if (!draft.run().isUnderWay()) {
            return;
        }
        waits.wake(task -> task.status() == TaskStatus.SLEEPING && !draft.now().isBefore(dueAt(task)));
        waits.expireQuestions();
        boolean expired = remote.expire(wakeUp);
        boolean isAsItWas = expired && draft.size() == 0;
        if (draft.run().status() == RunStatus.RUNNING) {
            if (isAsItWas) {
                remote.watchDue();
            } else {
                goAhead();
            }
        } else if (isAsItWas) {
            remote.restOn();
        } else if (draft.size() > 0) {
            waits.resumeSleepers();
            remote.watchDue();
        }
    }

    /** @param before what the run was doing when the answer came; its timers are lost where it was at rest */
    private void goOnAfter(boolean answered, RunStatus before) {
        if (!answered) {
            return;
        }
        if (before == RunStatus.WAITING) {
            goAhead();
            deadlines.watchSuperstep(null);
        } else {
            progress.advance();
        }
    }

    private void agentAvailable(String agent) {
        if (draft.run().isUnderWay() && waits.wake(task -> agent.equals(task.waitsFor()))) {
            goAhead();
        }
    }

    private static Instant dueAt(Task task) {
        return Objects.requireNonNull(task.dueAt());
    }

    /** Input that waited for the end of the run has its turn, whatever ended it. */
    private void goOn() {
        if (draft.run().migrating() != null && draft.run().status() != RunStatus.RUNNING) {
            progress.migrate();
        }
        while (draft.run().status().isEnded() && !draft.run().enqueued().isEmpty()) {
            RunContinued next = draft.run().enqueued().getFirst();
            Control.Continue more = new Control.Continue(next.input(), WhenBusy.REJECT);
            apply(new Command.Steer(next.commandId(), more), true);
        }
    }
}
