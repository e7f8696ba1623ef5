package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.contracts.definition.Interrupts;
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
import dev.postroad.engine.run.EventBody.RunCompleted;
import dev.postroad.engine.run.EventBody.RunContinued;
import dev.postroad.engine.run.EventBody.RunFailed;
import dev.postroad.engine.run.EventBody.RunPaused;
import dev.postroad.engine.run.EventBody.RunQueued;
import dev.postroad.engine.run.EventBody.RunStarted;
import dev.postroad.engine.run.EventBody.RunWaiting;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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
    private boolean mayRest;

    private Decider(Draft draft) {
        this.draft = draft;
        this.results = new Results(draft);
        this.ends = new TaskEnds(draft, results);
        this.waits = new TaskWaits(draft, results, ends);
        this.steps = new TaskSteps(draft, results, ends, waits);
        this.remote = new RemoteTasks(draft, steps);
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
        decider.watchSuperstep(run.superstepDeadline());
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
            decider.watchDeadline();
            decider.steps.resume();
            decider.remote.watch();
            decider.askForAgents();
            decider.advance();
            decider.goOn();
            decider.watchSuperstep(null);
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
            case TakeUp(List<TakeUp.Attempt> calls) -> {
                if (status == RunStatus.RUNNING) {
                    steps.takeUp(calls);
                    advance();
                }
            }
            case Answer answer -> {
                if (status == RunStatus.RUNNING && steps.answer(answer)) {
                    advance();
                }
            }
            case Command.CallTools calls -> {
                if (status == RunStatus.RUNNING && steps.callTools(calls)) {
                    advance();
                }
            }
            case Unavailable unavailable -> {
                if (status == RunStatus.RUNNING && steps.unavailable(unavailable)) {
                    advance();
                }
            }
            case Command.OverBudget over -> {
                if (status == RunStatus.RUNNING && steps.overBudget(over)) {
                    advance();
                }
            }
            case RetryDue due -> {
                if (status == RunStatus.RUNNING) {
                    steps.retryDue(due);
                    advance();
                }
            }
            case Dispatched sent -> {
                if (remote.dispatched(sent)) {
                    advance();
                }
            }
            case Result result -> goOnAfter(remote.result(result), status);
            case NotDone notDone -> goOnAfter(remote.notDone(notDone), status);
            case Shown shown -> remote.shown(shown);
            case Rest(Instant since) -> {
                if (status == RunStatus.RUNNING && since.equals(draft.run().stirredAt())) {
                    leaveToAgents();
                }
            }
            case WakeUp wakeUp -> wakeUp(wakeUp);
            case AgentAvailable(String agent) -> agentAvailable(agent);
            case TimeOut() -> timeOut();
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
        } else if (command instanceof Command.Migrate && isUnderWay()) {
            // The other version may have another time limit.
            watchDeadline();
        }
    }

    /** Whoever said meanwhile that an agent can be called again did not say it to this run. */
    private void askForAgents() {
        waits.wake(task -> task.waitsFor() != null);
    }

    /** Goes on after a rest, in which timers may have been lost. */
    private void goAhead() {
        watchDeadline();
        waits.resumeSleepers();
        remote.watch();
        advance();
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
            watchDeadline();
            advance();
        }
    }

    private void startFromInput(Run run) {
        ObjectNode input = run.admission().input();
        try {
            ObjectNode state = Results.merged(run.root(), EdgeDefinition.START, List.of(input), draft.budget());
            draft.emitStarted(new RunStarted(results.entered(run.root(), input)), state);
        } catch (RefusedException refused) {
            fail(refused.error());
            return;
        }
        watchDeadline();
        advance();
    }

    /** What slept long enough goes on. */
    private void wakeUp(WakeUp wakeUp) {
        timeOut();
        if (!isUnderWay()) {
            return;
        }
        waits.wake(task -> task.status() == TaskStatus.SLEEPING && !draft.now().isBefore(dueAt(task)));
        boolean reminded = waits.expireQuestions();
        boolean expired = remote.expire(wakeUp);
        if (draft.run().status() == RunStatus.RUNNING) {
            goAhead();
        } else if (reminded || expired) {
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
            watchSuperstep(null);
        } else {
            advance();
        }
    }

    /** Nothing happened for a while: remote agents alone keep the run from going on, and it need not be at hand. */
    private void leaveToAgents() {
        mayRest = true;
        advance();
        if (draft.run().status() == RunStatus.RUNNING) {
            remote.watchDue();
        }
    }

    private void agentAvailable(String agent) {
        if (isUnderWay() && waits.wake(task -> agent.equals(task.waitsFor()))) {
            goAhead();
        }
    }

    private boolean isUnderWay() {
        RunStatus status = draft.run().status();
        return status == RunStatus.RUNNING || status == RunStatus.WAITING;
    }

    private static Instant dueAt(Task task) {
        return Objects.requireNonNull(task.dueAt());
    }

    private void timeOut() {
        Run run = draft.run();
        if (isUnderWay() && isOver(run.deadline())) {
            ends.stopAll();
            fail(new RunError(RunError.RUN_TIMEOUT, "the run took longer than it may", null));
        } else if (isInSuperstep(run) && isOver(run.superstepDeadline())) {
            ends.stopAll();
            fail(new RunError(
                    RunError.SUPERSTEP_TIMEOUT,
                    "superstep " + run.root().superstep().number() + " took longer than limits.superstepTimeout",
                    null));
        }
    }

    /** Whether work of a superstep is under way, which a wait for people or times is not. */
    private static boolean isInSuperstep(Run run) {
        return run.status() == RunStatus.RUNNING
                || (run.status() == RunStatus.WAITING && run.root().isDispatched());
    }

    private boolean isOver(@Nullable Instant deadline) {
        return deadline != null && !draft.now().isBefore(deadline);
    }

    /** A superstep that has just begun gets its timer. */
    private void watchSuperstep(@Nullable Instant watched) {
        Instant deadline = draft.run().superstepDeadline();
        if (deadline != null && draft.run().status() == RunStatus.RUNNING && !deadline.equals(watched)) {
            draft.perform(new Effect.Wake(deadline, new TimeOut()));
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
            if (draft.size() > MAX_EVENTS || draft.budget().isSpent()) {
                draft.perform(new Effect.Yield(new Proceed()));
                return;
            }
            if (Migration.isDue(draft.run())) {
                migrate();
                continue;
            }
            if (!advance(draft.run().root())) {
                rest();
                return;
            }
        }
    }

    /** Takes one step, in this graph or in one inside; false where there is none to take. */
    private boolean advance(Frame frame) {
        Superstep superstep = frame.superstep();
        if (frame.isHeld() || isHeldByPause(frame) || Migration.holds(draft.run(), frame)) {
            return false;
        }
        if (superstep.isEmpty()) {
            if (frame.isInside()) {
                return leave(frame);
            } else {
                draft.emit(new RunCompleted(
                        frame.state(),
                        frame.triggers().openJoins(frame.graph()),
                        draft.run().spent()));
            }
            return true;
        }
        if (frame.isOver()) {
            ends.failUnmerged(frame);
            return true;
        }
        if (!superstep.hasFailed()) {
            if (frame.isOutOfSupersteps()) {
                fail(outOfSupersteps(frame));
                return true;
            }
            if (draft.run().isOutOfTokens() && superstep.count(TaskStatus.PENDING) > 0) {
                return failOutOfTokens();
            }
            if (steps.startNext(frame)) {
                return true;
            }
        }
        return superstep.hasGraphs() && advanceInside(superstep);
    }

    /** A graph inside has come to its end. */
    private boolean leave(Frame inside) {
        Task owner = draft.run().task(inside.owner());
        if (!ToolRound.isOf(draft.node(owner))) {
            ends.completeGraph(inside);
            return true;
        }
        if (draft.run().isOutOfTokens()) {
            return failOutOfTokens();
        }
        steps.goOn(owner);
        return true;
    }

    /** Between two supersteps; where those overlap, what is to pause begins nothing more at all. */
    private boolean isHeldByPause(Frame frame) {
        Superstep superstep = frame.superstep();
        return draft.run().pausing() != null && !superstep.isEmpty() && (superstep.isUntouched() || Eager.is(frame));
    }

    private boolean advanceInside(Superstep superstep) {
        for (Task task : superstep.tasks()) {
            Frame inside = Frame.inside(task);
            if (inside == null) {
                continue;
            }
            if (advance(inside)) {
                return true;
            }
            if (inside.hasFailed()
                    && !inside.isBusy()
                    && !inside.isDispatched()
                    && draft.node(task).onError() != null) {
                ends.fail(task, Failures.error(Failures.first(inside)), -1);
                return true;
            }
        }
        return false;
    }

    /** Nothing can be begun: the run waits for what is under way, or for somebody, or has failed. */
    private void rest() {
        Run run = draft.run();
        if (run.root().isBusy()) {
            return;
        }
        if (run.root().isDispatched()) {
            if (run.pausing() == null && (mayRest || remote.isQuiet())) {
                await(run);
            }
            return;
        }
        if (run.root().hasFailed()) {
            draft.emit(Failures.end(run));
            return;
        }
        String pausing = run.pausing();
        if (pausing != null) {
            draft.emit(RunPaused.by(pausing));
            return;
        }
        await(run);
    }

    private void await(Run run) {
        List<Frame> held = run.root().held();
        Instant wakeAt = run.nextWakeUp();
        draft.emit(new RunWaiting(
                run.interrupts(),
                nodes(
                        held,
                        frame -> frame.graph().interruptBefore(),
                        frame -> frame.superstep().nodes()),
                nodes(
                        held,
                        frame -> frame.graph().interruptAfter(),
                        frame -> frame.position().closed()),
                wakeAt));
        if (wakeAt != null) {
            draft.perform(new Effect.Wake(wakeAt, new WakeUp()));
        }
    }

    private static List<String> nodes(
            List<Frame> held, Function<Frame, Interrupts> interrupts, Function<Frame, List<String>> candidates) {
        return held.stream()
                .flatMap(frame -> candidates.apply(frame).stream()
                        .filter(node -> interrupts.apply(frame).matches(List.of(node))))
                .distinct()
                .toList();
    }

    /** The run is between two supersteps, or at rest: it goes by the other version from now on, or says why not. */
    private void migrate() {
        Migration.Asked asked = Objects.requireNonNull(draft.run().migrating());
        try {
            new UserCommands(draft, ends, results).migrateNow(asked.commandId(), asked.graph());
        } catch (RefusedException refused) {
            RunError error = refused.error();
            int count = draft.run().rejections().next("migrate");
            draft.emit(new CommandRejected("migrate", asked.commandId(), error.message(), error.type(), count));
            return;
        }
        watchDeadline();
    }

    /** Input that waited for the end of the run has its turn, whatever ended it. */
    private void goOn() {
        if (draft.run().migrating() != null && draft.run().status() != RunStatus.RUNNING) {
            migrate();
        }
        while (draft.run().status().isEnded() && !draft.run().enqueued().isEmpty()) {
            RunContinued next = draft.run().enqueued().getFirst();
            Control.Continue more = new Control.Continue(next.input(), WhenBusy.REJECT);
            apply(new Command.Steer(next.commandId(), more), true);
        }
    }

    /** What is under way is paid for already, so it may finish; nothing more begins. */
    private boolean failOutOfTokens() {
        Run run = draft.run();
        if (run.root().isBusy() || run.root().isDispatched()) {
            return false;
        }
        fail(new RunError(
                RunError.TOKENS,
                "the run's agents used more than " + run.graph().limits().tokens()
                        + " tokens; raise limits.tokens of graph " + run.graph().name()
                        + ", or retry the run to give it as many again",
                null));
        return true;
    }

    private static RunError outOfSupersteps(Frame frame) {
        return new RunError(
                RunError.SUPERSTEPS,
                "the run needs more than " + frame.graph().limits().supersteps()
                        + " supersteps; raise limits.supersteps of graph "
                        + frame.graph().name() + ", or retry the run to give it as many again",
                null);
    }

    private void fail(RunError error) {
        draft.emit(new RunFailed(error, List.of(), draft.run().state()));
    }
}
