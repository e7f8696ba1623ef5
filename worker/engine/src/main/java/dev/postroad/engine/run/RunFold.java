package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.graph.BreakpointCheck;
import dev.postroad.engine.graph.Target;
import dev.postroad.engine.run.EventBody.Answering;
import dev.postroad.engine.run.EventBody.BreakpointsSet;
import dev.postroad.engine.run.EventBody.CommandRejected;
import dev.postroad.engine.run.EventBody.OfRun;
import dev.postroad.engine.run.EventBody.OfTask;
import dev.postroad.engine.run.EventBody.RunCancelled;
import dev.postroad.engine.run.EventBody.RunCompleted;
import dev.postroad.engine.run.EventBody.RunContinued;
import dev.postroad.engine.run.EventBody.RunFailed;
import dev.postroad.engine.run.EventBody.RunForked;
import dev.postroad.engine.run.EventBody.RunMigrated;
import dev.postroad.engine.run.EventBody.RunMigrating;
import dev.postroad.engine.run.EventBody.RunPaused;
import dev.postroad.engine.run.EventBody.RunPausing;
import dev.postroad.engine.run.EventBody.RunQueued;
import dev.postroad.engine.run.EventBody.RunResumed;
import dev.postroad.engine.run.EventBody.RunRetried;
import dev.postroad.engine.run.EventBody.RunRolledBack;
import dev.postroad.engine.run.EventBody.RunStarted;
import dev.postroad.engine.run.EventBody.RunUnpaused;
import dev.postroad.engine.run.EventBody.RunWaiting;
import dev.postroad.engine.run.EventBody.StateUpdated;
import dev.postroad.engine.run.Phase.Plain;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What events make of a run, but for those of its tasks, which are for {@link TaskFold}. Changes a copy that nobody else has
 * yet: {@link Run#evolve} makes it, and hands it out when this is done.
 */
final class RunFold {
    /** The most commands that are known to be answered, the newest of them. */
    private static final int MOST_REMEMBERED = 5_000;

    private RunFold() {}

    /** @param merged the state that the event makes, where that is known already; null for none */
    static void apply(Run run, Event event, @Nullable ObjectNode merged) {
        switch (event.body()) {
            case OfTask _ -> TaskFold.apply(run, event, merged);
            case OfRun body -> apply(run, event.at(), body, merged);
        }
        if (event.body() instanceof Answering answer && answer.commandId() != null) {
            if (!(answer instanceof CommandRejected)) {
                // A command was carried out: whatever is refused from now on is counted anew.
                run.rejections = Rejections.NONE;
            }
            remember(run, answer.commandId());
        }
    }

    private static void apply(Run run, Instant at, OfRun body, @Nullable ObjectNode merged) {
        switch (body) {
            case RunQueued queued -> {
                run.arrival = new Arrival.Admitted(queued.admission(), at);
                run.breakpoints = queued.admission().breakpoints();
            }
            case RunStarted started -> begin(run, at, started.next(), merged);
            case RunRetried retried -> retry(run, at, retried);
            case RunCancelled _ -> {
                run.phase = Plain.CANCELLED;
                run.enqueued = List.of();
            }
            case RunCompleted _ -> run.phase = Plain.COMPLETED;
            case RunFailed failed -> fail(run, failed);
            case RunWaiting _ -> run.phase = Plain.WAITING;
            case RunPausing pausing -> run.phase = new Phase.Pausing(pausing.commandId(), pausing.at());
            case RunPaused paused -> run.phase = paused(paused);
            case RunForked _ -> {}
            case RunResumed resumed -> resume(run, at, resumed, merged);
            case RunContinued continued -> proceed(run, at, continued, merged);
            case StateUpdated updated -> update(run, updated, merged);
            case RunRolledBack back -> rollBack(run, at, back);
            case RunUnpaused _ -> unpause(run, at);
            case BreakpointsSet set -> run.breakpoints = set.breakpoints();
            case RunMigrating migrating ->
                run.migrating = new Migration.Asked(migrating.commandId(), migrating.graph());
            case RunMigrated migrated -> migrate(run, migrated);
            case CommandRejected rejected -> {
                if (Migration.answers(run.migrating, rejected.commandId())) {
                    run.migrating = null;
                }
                run.rejections = run.rejections.after(rejected);
                dequeue(run, rejected.commandId());
            }
        }
    }

    /** For the first time, or again where it had to wait for its turn to go on. */
    private static void begin(Run run, Instant at, @Nullable List<Target> chosen, @Nullable ObjectNode merged) {
        run.phase = Plain.RUNNING;
        run.startedAt = at;
        Snapshot base = run.admission().base();
        if (run.hasBegun()) {
            run.superstepAt = at;
        } else if (base == null) {
            run.baseline = run.root;
            enter(run, run.admission().input(), chosen, merged);
        } else {
            run.root = Intervention.begunWith(run.root, run.admission().input(), base);
            // A fork stands where its source did; another was nowhere yet.
            run.root = run.admission().forkedFrom() == null ? run.root.with(Allowance.NEW) : pastStops(run);
            run.baseline = run.root;
        }
    }

    private static void enter(Run run, ObjectNode input, @Nullable List<Target> chosen, @Nullable ObjectNode merged) {
        ObjectNode state = merged == null ? Replay.merged(run.id(), run.root, EdgeDefinition.START, input) : merged;
        run.root = run.root.entered(input, state, chosen);
    }

    /** What a run does that is to go on: where its graph has a limit on runs, it waits for its turn once it had stopped. */
    private static Phase goingOn(Run run) {
        return switch (run.status()) {
            case RUNNING -> run.phase;
            case QUEUED, WAITING -> Plain.RUNNING;
            case PAUSED, COMPLETED, FAILED, CANCELLED -> run.graph().queue().isLimited() ? Plain.QUEUED : Plain.RUNNING;
        };
    }

    private static Phase goingOnOrQueued(Run run) {
        return run.hasBegun() ? goingOn(run) : Plain.QUEUED;
    }

    private static Phase paused(RunPaused paused) {
        EventBody.Exhausted exhausted = paused.exhausted();
        return exhausted == null
                ? Plain.PAUSED
                : new Phase.Halted(exhausted.error().of(exhausted.node()));
    }

    private static void fail(Run run, RunFailed failed) {
        run.phase = new Phase.Failed(failed.error());
        failed.tasks().forEach(id -> run.change(run.task(id).failed(failed.error())));
        failed.tasks().stream().findFirst().ifPresent(task -> leaveAhead(run, task));
    }

    /** What ran ahead of work that does not count runs again, after that. */
    private static void leaveAhead(Run run, String task) {
        Frame frame = run.root.holding(task);
        if (Eager.is(frame)) {
            run.root = run.root.with(frame.alone());
        }
    }

    private static void retry(Run run, Instant at, RunRetried retried) {
        if (retried.now()) {
            run.phase = goingOn(run);
            retried.tasks().forEach(id -> run.change(run.task(id).sooner()));
            return;
        }
        run.phase = goingOnOrQueued(run);
        run.startedAt = at;
        run.superstepAt = at;
        run.tokens = 0;
        run.spentBefore = run.spent;
        run.root = Intervention.begunAnew(run.root);
        retried.tasks().forEach(id -> run.change(run.task(id).again()));
        run.root = pastStops(run);
    }

    private static void resume(Run run, Instant at, RunResumed resumed, @Nullable ObjectNode merged) {
        run.startedAt = run.status().isEnded() ? at : run.startedAt;
        if (run.root.isDispatched()) {
            // Who waits for a remote agent works on the same superstep.
            run.stirredAt = at;
        } else {
            run.superstepAt = at;
        }
        run.phase = goingOn(run);
        boolean asked = resumed.commandId() != null;
        if (asked) {
            run.root = Intervention.resumed(run.root);
        }
        resumed.again()
                .forEach(id ->
                        run.change(asked ? run.task(id).again() : run.task(id).awake()));
        resumed.answers().forEach((id, answer) -> run.change(run.task(id).answered(answer)));
        ObjectNode update = resumed.update();
        if (update != null || !resumed.next().isEmpty()) {
            ObjectNode state = update == null ? run.state() : merged;
            run.root = Intervention.joinedBy(
                    run.root,
                    state == null
                            ? Replay.merged(run.id(), run.root, EdgeDefinition.START, Objects.requireNonNull(update))
                            : state,
                    update,
                    resumed.next());
        }
        if (asked) {
            run.root = pastStops(run);
        }
    }

    /** Somebody says that it is to go on from where it stands. */
    private static Frame pastStops(Run run) {
        return run.breakpoints.isEmpty() ? run.root : Intervention.pastStops(run.root);
    }

    private static void proceed(Run run, Instant at, RunContinued continued, @Nullable ObjectNode merged) {
        if (continued.mode() == RunContinued.Mode.ENQUEUED) {
            List<RunContinued> all = new ArrayList<>(run.enqueued);
            all.add(continued);
            run.enqueued = List.copyOf(all);
            return;
        }
        dequeue(run, continued.commandId());
        Phase next = goingOn(run);
        run.phase = next instanceof Phase.Pausing ? Plain.RUNNING : next;
        run.startedAt = at;
        if (continued.mode() == RunContinued.Mode.ROLLED_BACK) {
            run.root = Intervention.at(run.root, run.baseline.snapshot());
        }
        run.baseline = run.root;
        enter(run, continued.input(), continued.next(), merged);
    }

    private static void migrate(Run run, RunMigrated migrated) {
        if (run.graph.version() != migrated.fromVersion()) {
            throw new IllegalStateException("run " + run.id() + " goes by version " + run.graph.version()
                    + " of its graph, and is migrated from version " + migrated.fromVersion());
        }
        Migration.apply(run, migrated.graph());
        run.migrating = null;
        run.breakpoints = BreakpointCheck.known(migrated.graph(), run.breakpoints);
        List<Migration.Done> all = new ArrayList<>(run.migrations);
        all.add(new Migration.Done(run.seq, migrated.fromVersion()));
        run.migrations = List.copyOf(all);
    }

    private static void dequeue(Run run, String commandId) {
        if (!run.enqueued.isEmpty()) {
            run.enqueued = run.enqueued.stream()
                    .filter(waiting -> !waiting.commandId().equals(commandId))
                    .toList();
        }
    }

    private static void update(Run run, StateUpdated updated, @Nullable ObjectNode merged) {
        Frame from =
                updated.base() == null ? Intervention.settled(run.root) : Intervention.at(run.root, updated.base());
        ObjectNode state = merged == null ? Replay.merged(run.id(), from, updated.asNode(), updated.writes()) : merged;
        run.root = Intervention.updated(from, updated.asNode(), state, updated.next());
        run.root = pastStops(run);
        run.phase = restingIn(run, Plain.PAUSED);
    }

    private static void rollBack(Run run, Instant at, RunRolledBack back) {
        run.root = Intervention.at(run.root, back.base());
        run.root = pastStops(run);
        run.phase = restingIn(run, back.resume() ? goingOn(run) : Plain.PAUSED);
        run.startedAt = at;
    }

    /** Where nothing is to follow, the run is at its end. */
    private static Phase restingIn(Run run, Phase otherwise) {
        return run.root.superstep().isEmpty() ? Plain.COMPLETED : otherwise;
    }

    private static void unpause(Run run, Instant at) {
        Phase.Pausing pausing = run.pausing();
        if (run.status() == RunStatus.RUNNING) {
            run.phase = Plain.RUNNING;
            if (pausing != null && !pausing.at().isEmpty()) {
                run.root = Intervention.pastStops(run.root);
            }
            return;
        }
        run.phase = goingOnOrQueued(run);
        run.startedAt = at;
        run.superstepAt = at;
        run.spentBefore = run.spent;
        run.root = Intervention.begunAnew(run.root);
        run.root.where(Task::failedOrCancelled).forEach(task -> run.change(task.again()));
        run.root = pastStops(run);
    }

    /** The oldest is forgotten where there are too many: what comes again comes soon. */
    private static void remember(Run run, String commandId) {
        LinkedHashSet<String> all = new LinkedHashSet<>(run.appliedCommands);
        all.add(commandId);
        if (all.size() > MOST_REMEMBERED) {
            all.removeFirst();
        }
        run.appliedCommands = all;
    }
}
