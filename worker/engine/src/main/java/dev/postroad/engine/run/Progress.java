package dev.postroad.engine.run;

import dev.postroad.contracts.definition.Interrupts;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.run.Command.Proceed;
import dev.postroad.engine.run.Command.WakeUp;
import dev.postroad.engine.run.EventBody.CommandRejected;
import dev.postroad.engine.run.EventBody.RunCompleted;
import dev.postroad.engine.run.EventBody.RunPaused;
import dev.postroad.engine.run.EventBody.RunWaiting;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/** How a run gets ahead by itself, superstep by superstep, and where it comes to rest. Confined to one decision. */
final class Progress {
    private final Draft draft;
    private final Results results;
    private final TaskEnds ends;
    private final TaskSteps steps;
    private final RemoteTasks remote;
    private final Deadlines deadlines;
    private final Stops stops;
    private boolean mayRest;

    Progress(Draft draft, Results results, TaskEnds ends, TaskSteps steps, RemoteTasks remote, Deadlines deadlines) {
        this.draft = draft;
        this.results = results;
        this.ends = ends;
        this.steps = steps;
        this.remote = remote;
        this.deadlines = deadlines;
        this.stops = new Stops(draft);
    }

    /** Starts what can start, closes what is done, until the run waits for somebody or has ended. */
    void advance() {
        while (draft.run().status() == RunStatus.RUNNING) {
            stops.lookBack();
            if (draft.size() > Decider.MAX_EVENTS || draft.budget().isSpent()) {
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

    /** Nothing happened for a while: remote agents alone keep the run from going on, and it need not be at hand. */
    void leaveToAgents() {
        mayRest = true;
        advance();
        if (draft.run().status() == RunStatus.RUNNING) {
            remote.watchDue();
        }
    }

    /** Takes one step, in this graph or in one inside; false where there is none to take. */
    private boolean advance(Frame frame) {
        Superstep superstep = frame.superstep();
        if (frame.isHeld() || isHeldByPause(frame) || Migration.holds(draft.run(), frame)) {
            return false;
        }
        if (stops.hold(frame)) {
            return true;
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
                draft.fail(outOfSupersteps(frame));
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

    /**
     * Between two supersteps; where those overlap, what is to pause begins nothing more at all. After a node it pauses
     * though nothing follows, so that the end can be looked at before it comes.
     */
    private boolean isHeldByPause(Frame frame) {
        Phase.Pausing pausing = draft.run().pausing();
        Superstep superstep = frame.superstep();
        return pausing != null
                && !(superstep.isEmpty() && pausing.at().after().isEmpty())
                && (superstep.isUntouched() || Eager.is(frame));
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
        Phase.Pausing pausing = run.pausing();
        if (pausing != null) {
            draft.emit(RunPaused.after(pausing));
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
    void migrate() {
        Migration.Asked asked = Objects.requireNonNull(draft.run().migrating());
        try {
            new UserCommands(draft, ends, results).migrateNow(asked.commandId(), asked.graph());
        } catch (RefusedException refused) {
            RunError error = refused.error();
            int count = draft.run().rejections().next("migrate");
            draft.emit(new CommandRejected("migrate", asked.commandId(), error.message(), error.type(), count));
            return;
        }
        deadlines.watchRun();
    }

    /** What is under way is paid for already, so it may finish; nothing more begins. */
    private boolean failOutOfTokens() {
        Run run = draft.run();
        if (run.root().isBusy() || run.root().isDispatched()) {
            return false;
        }
        draft.fail(new RunError(
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
}
