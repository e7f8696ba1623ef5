package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.contracts.json.Shown;
import dev.postroad.contracts.message.Answers;
import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.engine.graph.BreakpointCheck;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Routes;
import dev.postroad.engine.graph.Target;
import dev.postroad.engine.run.Admission.ForkedFrom;
import dev.postroad.engine.run.Command.Fork;
import dev.postroad.engine.run.Command.Forked;
import dev.postroad.engine.run.Command.FromUser;
import dev.postroad.engine.run.Command.Migrate;
import dev.postroad.engine.run.Command.Refuse;
import dev.postroad.engine.run.Command.Resume;
import dev.postroad.engine.run.Command.Rollback;
import dev.postroad.engine.run.Command.Steer;
import dev.postroad.engine.run.Command.UpdateState;
import dev.postroad.engine.run.EventBody.BreakpointsSet;
import dev.postroad.engine.run.EventBody.NodeReassigned;
import dev.postroad.engine.run.EventBody.RunCancelled;
import dev.postroad.engine.run.EventBody.RunContinued;
import dev.postroad.engine.run.EventBody.RunForked;
import dev.postroad.engine.run.EventBody.RunMigrated;
import dev.postroad.engine.run.EventBody.RunMigrating;
import dev.postroad.engine.run.EventBody.RunPaused;
import dev.postroad.engine.run.EventBody.RunPausing;
import dev.postroad.engine.run.EventBody.RunResumed;
import dev.postroad.engine.run.EventBody.RunRetried;
import dev.postroad.engine.run.EventBody.RunRolledBack;
import dev.postroad.engine.run.EventBody.RunUnpaused;
import dev.postroad.engine.run.EventBody.StateUpdated;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Carries out what users ask for, or refuses it with the reason. Confined to one decision. */
final class UserCommands {
    private static final String NOT_ALLOWED = "not-allowed";
    private static final String UNKNOWN_NODE = "unknown-node";

    private final Draft draft;
    private final TaskEnds ends;
    private final Results results;

    UserCommands(Draft draft, TaskEnds ends, Results results) {
        this.draft = draft;
        this.ends = ends;
        this.results = results;
    }

    void apply(FromUser command) throws RefusedException {
        switch (command) {
            case Steer(String commandId, Control.Plain action) -> apply(commandId, action);
            case Resume resume -> resume(resume);
            case UpdateState update -> update(update);
            case Rollback(String commandId, Run base, boolean resume) -> rollBack(commandId, base, resume);
            case Fork fork -> fork(fork);
            case Forked(String commandId, String newRunId, int fromVersion) ->
                draft.emit(new RunForked(commandId, newRunId, fromVersion));
            case Migrate(String commandId, Graph graph) -> migrate(commandId, graph);
            case Refuse refuse -> throw refused(refuse.reason());
        }
    }

    private void apply(String commandId, Control.Plain action) throws RefusedException {
        switch (action) {
            case Control.Cancel(String reason) -> cancel(commandId, reason);
            case Control.Retry(boolean now) -> retry(commandId, now);
            case Control.Reassign(String task, String assignee) -> reassign(commandId, task, assignee);
            case Control.Continue more -> proceed(commandId, more);
            case Control.Pause(Breakpoints at) -> {
                if (at == null) {
                    pause(commandId);
                } else {
                    pauseAt(commandId, at);
                }
            }
            case Control.Unpause() -> unpause(commandId);
        }
    }

    private void migrate(String commandId, Graph graph) throws RefusedException {
        Run run = draft.run();
        if (run.migrating() != null) {
            throw refused("the run is to go on under version "
                    + run.migrating().graph().version() + " already, from its next superstep on");
        }
        if (status() == RunStatus.RUNNING) {
            requireVersions(graph);
            draft.emit(new RunMigrating(commandId, graph));
        } else {
            migrateNow(commandId, graph);
        }
    }

    /** What is wrong whatever is under way is said at once. */
    private void requireVersions(Graph graph) throws RefusedException {
        Graph here = draft.run().graph();
        if (here.version() == Graph.OF_AGENT || here.version() == graph.version()) {
            throw Migration.refused(graph, Migration.faults(draft.run(), graph));
        }
    }

    /** Takes the run there, as it stands. */
    void migrateNow(String commandId, Graph graph) throws RefusedException {
        Run run = draft.run();
        List<String> faults = Migration.faults(run, graph);
        if (!faults.isEmpty()) {
            throw Migration.refused(graph, faults);
        }
        RunMigrated migrated = new RunMigrated(commandId, run.graph().version(), graph);
        if (run.hasBegun()) {
            draft.emitChange(migrated, run.state());
        } else {
            draft.emit(migrated);
        }
    }

    private static RefusedException refused(String why) {
        return new RefusedException(NOT_ALLOWED, why);
    }

    private RunStatus status() {
        return draft.run().status();
    }

    private void cancel(String commandId, @Nullable String reason) throws RefusedException {
        if (status().isEnded()) {
            throw refused("the run is " + status().publicName() + " already");
        }
        ends.stopAll();
        ends.recallAsking();
        draft.emit(new RunCancelled(commandId, reason, draft.run().state()));
    }

    private void retry(String commandId, boolean now) throws RefusedException {
        boolean isUnderWay = draft.run().isUnderWay();
        if (now && isUnderWay) {
            tryAtOnce(commandId);
            return;
        }
        boolean pausesForAFailure =
                status() == RunStatus.PAUSED && draft.run().root().hasFailed();
        if (status() != RunStatus.FAILED && status() != RunStatus.CANCELLED && !pausesForAFailure) {
            throw refused("only a failed or cancelled run can be retried, and this one is " + status().publicName()
                    + (isUnderWay ? "; with \"now\": true what waits for its next attempt is tried at once" : ""));
        }
        draft.emit(new RunRetried(commandId, unfinished(), false));
    }

    private void tryAtOnce(String commandId) throws RefusedException {
        List<String> waiting =
                draft
                        .run()
                        .root()
                        .where(task -> task.status() == TaskStatus.BACKING_OFF || task.waitsFor() != null)
                        .stream()
                        .map(Task::id)
                        .toList();
        if (waiting.isEmpty()) {
            throw refused("the run is " + status().publicName() + ", and nothing of it waits for its next attempt");
        }
        draft.emit(new RunRetried(commandId, waiting, true));
    }

    /** What failed or was cancelled, and what waits for a person: that asks again. */
    private List<String> unfinished() {
        return draft
                .run()
                .root()
                .where(task -> task.failedOrCancelled() || task.status().isWaiting())
                .stream()
                .map(Task::id)
                .toList();
    }

    private void resume(Resume resume) throws RefusedException {
        Run run = draft.run();
        List<Interrupt> open = run.interrupts();
        boolean interrupted = status() == RunStatus.WAITING || (status() == RunStatus.FAILED && !open.isEmpty());
        boolean goesElsewhere =
                status().isEnded() && (resume.update() != null || !resume.next().isEmpty());
        if (!interrupted && !goesElsewhere && status() != RunStatus.PAUSED) {
            throw new RefusedException(
                    resume.answers() instanceof Answers.None ? NOT_ALLOWED : OpenQuestions.NOT_PENDING,
                    "the run waits for nobody, it is " + status().publicName());
        }
        requireBegun();
        Map<String, JsonNode> answers = new OpenQuestions(open).answered(resume);
        ObjectNode update = resume.update();
        for (Target target : resume.next()) {
            requireNode(run.graph(), target.node());
        }
        TaskLimit.check(run.graph(), resume.next());
        List<String> again = run
                .root()
                .where(task -> (task.status() == TaskStatus.ASKING && !answers.containsKey(task.id()))
                        || task.failedOrCancelled())
                .stream()
                .filter(task -> task.failedOrCancelled() || mayAskAgain(task))
                .map(Task::id)
                .toList();
        RunResumed resumed = new RunResumed(resume.commandId(), answers, again, update, resume.next());
        if (update == null) {
            draft.emit(resumed);
        } else {
            results.check(run.graph(), List.of(update));
            draft.emitChange(
                    resumed, Results.merged(run.root(), EdgeDefinition.START, List.of(update), draft.budget()));
        }
    }

    /** A node that is nothing but a question would ask the same. */
    private boolean mayAskAgain(Task task) {
        return !(draft.node(task).work() instanceof dev.postroad.engine.graph.Node.ByInterrupt);
    }

    private void reassign(String commandId, @Nullable String of, String assignee) throws RefusedException {
        Interrupt asked = new OpenQuestions(draft.run().interrupts()).meant(of);
        Task task = draft.run().task(asked.task());
        draft.emit(new NodeReassigned(commandId, assignee, asked.asking().assignee()), task, task.attempt(), -1);
    }

    private void proceed(String commandId, Control.Continue more) throws RefusedException {
        Run run = draft.run();
        results.check(run.graph(), List.of(more.input()));
        boolean sleeps = run.root().any(task -> task.status() == TaskStatus.SLEEPING || task.isDispatched());
        boolean hasItsTurnAhead = status() == RunStatus.QUEUED || (status() == RunStatus.PAUSED && !run.hasBegun());
        boolean atRest =
                status().isEnded() || status() == RunStatus.PAUSED || (status() == RunStatus.WAITING && !sleeps);
        if (atRest && !hasItsTurnAhead) {
            enter(commandId, more, RunContinued.Mode.APPLIED, run.root());
            return;
        }
        if (hasItsTurnAhead && more.whenBusy() != WhenBusy.REJECT) {
            enqueue(commandId, more);
            return;
        }
        switch (more.whenBusy()) {
            case ENQUEUE -> enqueue(commandId, more);
            case REJECT -> throw refused("the run is " + status().publicName() + ", and whenBusy says reject");
            case INTERRUPT -> {
                checkEntry(more, run.root());
                ends.stopAll();
                enter(commandId, more, RunContinued.Mode.APPLIED, draft.run().root());
            }
            case ROLLBACK -> {
                checkEntry(more, run.baseline());
                ends.stopAll();
                enter(commandId, more, RunContinued.Mode.ROLLED_BACK, run.baseline());
            }
        }
    }

    private void enqueue(String commandId, Control.Continue more) throws RefusedException {
        if (draft.run().enqueued().size() >= Run.MOST_ENQUEUED) {
            throw refused("as many as " + Run.MOST_ENQUEUED + " inputs wait for the end of the run already");
        }
        draft.emit(new RunContinued(commandId, more.input(), null, RunContinued.Mode.ENQUEUED));
    }

    /** So that nothing is stopped for an input that cannot be taken. */
    private void checkEntry(Control.Continue more, Frame from) throws RefusedException {
        Results.merged(from, EdgeDefinition.START, List.of(more.input()), draft.budget());
        results.entered(from, more.input());
    }

    private void enter(String commandId, Control.Continue more, RunContinued.Mode mode, Frame from)
            throws RefusedException {
        ObjectNode state = Results.merged(from, EdgeDefinition.START, List.of(more.input()), draft.budget());
        List<Target> next = results.entered(from, more.input());
        dropQuestions();
        draft.emitChange(new RunContinued(commandId, more.input(), next, mode), state);
    }

    private void update(UpdateState update) throws RefusedException {
        Run run = draft.run();
        requireAtRest("its state can be updated");
        Snapshot base = update.base() == null
                ? null
                : Transplant.into(run.graph(), update.base().root());
        Frame from = base == null ? Intervention.settled(run.root()) : Intervention.at(run.root(), base);
        Change change = change(from, update.update(), update.asNode());
        dropQuestions();
        draft.emitChange(
                new StateUpdated(update.commandId(), change.asNode(), update.update(), change.next(), base),
                change.merged());
    }

    /** A state that was changed in the name of a node, and what that node's conditions choose then. */
    private record Change(String asNode, List<Target> next, ObjectNode merged) {}

    private Change change(Frame from, ObjectNode update, @Nullable String named) throws RefusedException {
        String asNode = asNode(named, from);
        List<ObjectNode> writes = update.isEmpty() ? List.of() : List.of(update);
        results.check(from.graph(), writes);
        return new Change(asNode, next(from, asNode, writes), Results.merged(from, asNode, writes, draft.budget()));
    }

    private List<Target> next(Frame from, String asNode, List<ObjectNode> writes) throws RefusedException {
        if (asNode.equals(EdgeDefinition.END)) {
            if (!writes.isEmpty()) {
                throw refused("an update as END can write nothing; it only clears what was to come");
            }
            return List.of();
        }
        Graph graph = from.graph();
        Routes routes = asNode.equals(EdgeDefinition.START)
                ? graph.entry()
                : Objects.requireNonNull(graph.routes().get(asNode));
        return routes.isConditional() ? results.chosen(from, asNode, writes, routes) : List.of();
    }

    private static String asNode(@Nullable String named, Frame from) throws RefusedException {
        if (named == null) {
            List<String> last = from.position().last();
            if (last.size() != 1) {
                throw refused(
                        (last.isEmpty() ? "no node has run yet" : "several nodes ran last (" + Shown.names(last) + ")")
                                + "; say with asNode in whose name the state is updated, START for that of the input");
            }
            return last.getFirst();
        }
        if (!named.equals(EdgeDefinition.START) && !named.equals(EdgeDefinition.END)) {
            requireNode(from.graph(), named);
        }
        return named;
    }

    private static void requireNode(Graph graph, String node) throws RefusedException {
        if (!graph.nodes().containsKey(node)) {
            throw refused("graph " + graph.name() + " has no node " + Shown.name(node) + "; its nodes are "
                    + Shown.names(graph.nodes().keySet()));
        }
    }

    private void rollBack(String commandId, Run base, boolean resume) throws RefusedException {
        requireAtRest("it can be rolled back");
        if (base.version() < 1) {
            throw refused("version " + base.version() + " is before the input; continue the run instead");
        }
        // A state of an earlier version of the graph may have no place in the one that the run goes by now.
        Snapshot there = Transplant.into(draft.run().graph(), base.root());
        dropQuestions();
        draft.emitChange(new RunRolledBack(commandId, base.version(), there, resume), there.state());
    }

    /** Agents of a run that goes elsewhere have no answer to wait for; those of a cancelled one know it already. */
    private void dropQuestions() {
        if (status() != RunStatus.CANCELLED) {
            ends.recallAsking();
        }
    }

    private void requireAtRest(String what) throws RefusedException {
        if (draft.run().root().isDispatched() && !status().isEnded()) {
            throw refused("a remote agent works for the run; cancel it first, then " + what);
        }
        if (status() == RunStatus.QUEUED || status() == RunStatus.RUNNING) {
            throw refused("the run is " + status().publicName() + "; cancel it first, then " + what);
        }
        requireBegun();
    }

    /** A run that was paused in the queue has nothing yet that could be changed. */
    private void requireBegun() throws RefusedException {
        if (status() == RunStatus.PAUSED && !draft.run().hasBegun()) {
            throw refused("the run was paused before it began; unpause it first");
        }
    }

    private void pause(String commandId) throws RefusedException {
        switch (status()) {
            case QUEUED -> draft.emit(RunPaused.by(commandId));
            case WAITING -> {
                // What remote agents answer meanwhile must find the run.
                boolean isAtWork = draft.run().root().isDispatched();
                draft.emit(isAtWork ? RunPausing.by(commandId) : RunPaused.by(commandId));
            }
            case RUNNING -> {
                if (draft.run().pausing() != null) {
                    throw refused("the run is to pause already, when its superstep is over");
                }
                draft.emit(RunPausing.by(commandId));
            }
            case PAUSED, COMPLETED, FAILED, CANCELLED ->
                throw refused("the run is " + status().publicName() + " already");
        }
    }

    /** Whatever the run is doing: it may be retried, continued or rolled back, and come there then. */
    private void pauseAt(String commandId, Breakpoints at) throws RefusedException {
        String refusal = BreakpointCheck.refusal(draft.run().graph(), at, "before", "after");
        if (refusal != null) {
            throw new RefusedException(UNKNOWN_NODE, refusal);
        }
        draft.emit(new BreakpointsSet(commandId, at));
    }

    private void unpause(String commandId) throws RefusedException {
        boolean pauses = status() == RunStatus.RUNNING && draft.run().pausing() != null;
        if (status() != RunStatus.PAUSED && !pauses) {
            throw refused("only a paused run can be unpaused, and this one is " + status().publicName());
        }
        draft.emit(new RunUnpaused(commandId));
    }

    private void fork(Fork fork) throws RefusedException {
        Run base = fork.base();
        if (base.version() < 1) {
            throw refused("version " + base.version() + " is before the input; trigger a new run instead");
        }
        Frame from = Intervention.at(base.root(), base.root().snapshot());
        if (fork.update() != null) {
            Change change = change(from, fork.update(), fork.asNode());
            from = Intervention.updated(from, change.asNode(), change.merged(), change.next());
        }
        Snapshot snapshot = Transplant.into(fork.graph(), from);
        ForkedFrom source = new ForkedFrom(base.id(), base.version(), fork.commandId());
        Admission admission = draft.run().admission().forked(from.input(), snapshot, source);
        draft.perform(new Effect.Spawn(fork.newRunId(), fork.graph(), admission));
    }
}
