package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.expression.Budget;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Node;
import dev.postroad.engine.graph.Target;
import dev.postroad.engine.run.EventBody.CommandRejected;
import dev.postroad.engine.run.EventBody.NodeCancelled;
import dev.postroad.engine.run.EventBody.NodeCompleted;
import dev.postroad.engine.run.EventBody.NodeFailed;
import dev.postroad.engine.run.EventBody.NodeReassigned;
import dev.postroad.engine.run.EventBody.NodeReminded;
import dev.postroad.engine.run.EventBody.NodeRetrying;
import dev.postroad.engine.run.EventBody.NodeStarted;
import dev.postroad.engine.run.EventBody.NodeWaiting;
import dev.postroad.engine.run.EventBody.RunCancelled;
import dev.postroad.engine.run.EventBody.RunCompleted;
import dev.postroad.engine.run.EventBody.RunContinued;
import dev.postroad.engine.run.EventBody.RunFailed;
import dev.postroad.engine.run.EventBody.RunForked;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a graph, as a fold over its journal: live, in recovery and in history alike. An instance is never
 * changed once {@link #evolve} has returned it, nor is the state that it hands out. Thread-safe for that reason.
 */
public final class Run implements Cloneable {
    private static final double MOST_PROGRESS_BEFORE_THE_END = 0.99;

    /** The most commands that are known to be answered, the newest of them. */
    private static final int MOST_REMEMBERED = 5_000;

    /** The most inputs that wait for the end of the run. */
    static final int MOST_ENQUEUED = 1_000;

    private final String id;
    private final Graph graph;

    // Changed by evolve in a copy that nobody has yet, and by RunCodec.
    @Nullable
    Admission admission;

    RunStatus status = RunStatus.QUEUED;
    int seq;
    Instant lastAt = Instant.EPOCH;
    Instant queuedAt = Instant.EPOCH;
    Instant startedAt = Instant.EPOCH;
    int version;
    Frame root;
    Frame baseline;
    Instant superstepAt = Instant.EPOCH;
    long tokens;
    List<EventBody.RunContinued> enqueued = List.of();
    BitSet completedNodes = new BitSet();
    double progress;
    Set<String> appliedCommands = Set.of();
    Rejections rejections = Rejections.NONE;

    @Nullable
    RunError error;

    @Nullable
    String pausing;

    private Run(String id, Graph graph) {
        this.id = id;
        this.graph = graph;
        this.root = Frame.empty(graph, "");
        this.baseline = root;
    }

    /** The run before its first event. */
    public static Run empty(String id, Graph graph) {
        return new Run(id, graph);
    }

    /**
     * The run after the events of its journal.
     *
     * @throws IllegalStateException where the journal has a gap or does not fit the graph
     */
    public static Run fold(String id, Graph graph, Iterable<Event> journal) {
        Run run = empty(id, graph);
        for (Event event : journal) {
            run = run.evolve(event);
        }
        return run;
    }

    /** The run's id. */
    public String id() {
        return id;
    }

    /** The version of the graph that the run is pinned to. */
    public Graph graph() {
        return graph;
    }

    /** What the run was asked for. */
    public Admission admission() {
        return Objects.requireNonNull(admission, () -> "run " + id + " was not admitted");
    }

    /** What the run is doing. */
    public RunStatus status() {
        return status;
    }

    /** The number of the last event; 0 before the first. */
    public int seq() {
        return seq;
    }

    /** The time of the last event. */
    public Instant lastAt() {
        return lastAt;
    }

    /** When the run was admitted. */
    public Instant queuedAt() {
        return queuedAt;
    }

    /** When the run began, or was last retried. */
    public Instant startedAt() {
        return startedAt;
    }

    /** The number of the state. */
    public int version() {
        return version;
    }

    /** The state; must not be changed. */
    public ObjectNode state() {
        return root.state();
    }

    /** The state, with what the tasks of an unfinished superstep wrote so far; must not be changed. */
    public ObjectNode stateSoFar() {
        return root.stateSoFar();
    }

    /** The nodes that are to run, or run, in the order of their declaration, as often as they have tasks. */
    public List<String> next() {
        return root.superstep().tasks().stream()
                .filter(task -> !task.status().isSettled())
                .map(Task::node)
                .sorted(Comparator.comparingInt(node -> graph.node(node).index()))
                .toList();
    }

    /** The questions to people that are open, in the order of their tasks. */
    public List<Interrupt> interrupts() {
        return root.where(task -> task.status() == TaskStatus.ASKING).stream()
                .map(task -> Objects.requireNonNull(task.interrupt()))
                .toList();
    }

    /** The agents that the run waits for, by name; empty where it does not wait. */
    public List<String> waitsFor() {
        return status == RunStatus.WAITING
                ? root.where(task -> task.waitsFor() != null).stream()
                        .map(task -> Objects.requireNonNull(task.waitsFor()))
                        .distinct()
                        .sorted()
                        .toList()
                : List.of();
    }

    /** Whether some task of the run waits for an agent, whatever others do. */
    public boolean isWaitingFor(String agent) {
        return root.any(task -> agent.equals(task.waitsFor()));
    }

    /** When the run goes on, or fails, by itself; null where it does not wait, or waits for somebody alone. */
    public @Nullable Instant wakeAt() {
        return status == RunStatus.WAITING ? nextWakeUp() : null;
    }

    /** When the run goes on, or fails, by itself, if nothing else happens. */
    @Nullable
    Instant nextWakeUp() {
        Instant earliest = deadline();
        for (Task task : root.where(waiting -> waiting.wakesAt() != null)) {
            Instant due = Objects.requireNonNull(task.wakesAt());
            earliest = earliest == null || due.isBefore(earliest) ? due : earliest;
        }
        return earliest;
    }

    /** Whether its first superstep was opened. */
    boolean hasBegun() {
        return root.superstep().number() > 0;
    }

    /** The command by which the run is to pause when its superstep is over; null where it is to go on. */
    @Nullable
    String pausing() {
        return pausing;
    }

    /** Why the run failed, or paused by itself; null where it did neither. */
    public @Nullable RunError error() {
        return error;
    }

    /** 0 to 1; never falls: the share of the graph's nodes that completed at least once, 1 only at the end. */
    public double progress() {
        return progress;
    }

    /** When the run is out of time; null where it has no limit. */
    public @Nullable Instant deadline() {
        Duration asked = admission().timeout();
        Duration limit = graph.limits().timeout();
        Duration least = asked == null || (limit != null && limit.compareTo(asked) < 0) ? limit : asked;
        return least == null ? null : startedAt.plus(least);
    }

    /** When the superstep is out of time; null where it has no limit. */
    @Nullable
    Instant superstepDeadline() {
        Duration limit = graph.limits().superstepTimeout();
        return limit == null ? null : superstepAt.plus(limit);
    }

    /** Whether the agents used more tokens than they may, since the run began or was last retried. */
    boolean isOutOfTokens() {
        Integer limit = graph.limits().tokens();
        return limit != null && tokens > limit;
    }

    /** Whether this attempt of a task is under way. */
    public boolean isCalling(String task, int attempt) {
        Task found = root.find(task);
        return found != null && found.isCalling() && found.attempt() == attempt;
    }

    /** The attempts that are under way, by task. */
    public Map<String, Integer> callsUnderWay() {
        Map<String, Integer> calls = new HashMap<>();
        root.where(Task::isCalling).forEach(task -> calls.put(task.id(), task.attempt()));
        return calls;
    }

    /** Whether none of its tasks is another than it was, nor its state; told by identity, so that it may be false for nothing. */
    public boolean hasTheTasksOf(Run before) {
        return root == before.root;
    }

    boolean hasApplied(String commandId) {
        return appliedCommands.contains(commandId);
    }

    Rejections rejections() {
        return rejections;
    }

    Frame root() {
        return root;
    }

    /** The input that waits for the end of the run, in its order. */
    List<EventBody.RunContinued> enqueued() {
        return enqueued;
    }

    /** The run's graph as it was before the input that it works on. */
    Frame baseline() {
        return baseline;
    }

    Task task(String task) {
        return Objects.requireNonNull(root.find(task), () -> "run " + id + " has no task " + task);
    }

    /**
     * The run after an event.
     *
     * @throws IllegalStateException where the event does not follow the last one or does not fit the graph
     */
    public Run evolve(Event event) {
        return evolve(event, null);
    }

    /** Evolves with a state that was merged already, so that the live path merges once. */
    Run evolve(Event event, @Nullable ObjectNode merged) {
        if (event.seq() != seq + 1) {
            throw new IllegalStateException(
                    "the journal of run " + id + " has event " + event.seq() + " after event " + seq);
        }
        Run next = copy();
        next.seq = event.seq();
        next.lastAt = event.at();
        next.progress = event.progress();
        int superstep = root.superstep().number();
        next.apply(event, merged);
        next.version = event.version();
        if (next.root.superstep().number() != superstep) {
            next.superstepAt = event.at();
        }
        return next;
    }

    private void apply(Event event, @Nullable ObjectNode merged) {
        switch (event.body()) {
            case RunQueued(Admission admitted) -> {
                admission = admitted;
                queuedAt = event.at();
            }
            case RunStarted(List<Target> chosen) -> begin(event.at(), chosen, merged);
            case NodeStarted(EventBody.Entry inside, EventBody.Handed ignored) ->
                change(task(event).started(event.attempt(), inside == null ? null : begun(task(event), inside)));
            case NodeRetrying(RunError ignored, Instant dueAt) ->
                change(task(event).backingOff(dueAt));
            case NodeCompleted completed -> complete(event, completed, merged);
            case NodeWaiting waiting -> change(task(event).waiting(waiting));
            case NodeReminded() -> change(task(event).asking(asked(event).reminded(event.at())));
            case NodeReassigned(String commandId, String assignee, String ignored) -> {
                change(task(event).asking(asked(event).of(assignee)));
                remember(commandId);
            }
            case NodeFailed failed -> fail(task(event), failed);
            case NodeCancelled() -> change(task(event).cancelled());
            case RunRetried retried -> retry(event.at(), retried);
            case RunCancelled cancelled -> {
                status = RunStatus.CANCELLED;
                error = null;
                enqueued = List.of();
                remember(cancelled.commandId());
            }
            case RunCompleted ignored -> status = RunStatus.COMPLETED;
            case RunFailed failed -> {
                status = RunStatus.FAILED;
                error = failed.error();
                failed.tasks().forEach(id -> change(task(id).failed(failed.error())));
                failed.tasks().stream().findFirst().ifPresent(this::leaveAhead);
            }
            case RunWaiting ignored -> status = RunStatus.WAITING;
            case RunPausing(String commandId) -> {
                pausing = commandId;
                remember(commandId);
            }
            case RunPaused paused -> {
                status = RunStatus.PAUSED;
                if (paused.commandId() != null) {
                    remember(paused.commandId());
                }
                if (paused.exhausted() != null) {
                    error = paused.exhausted().error().of(paused.exhausted().node());
                }
            }
            case RunForked forked -> remember(forked.commandId());
            case RunResumed resumed -> {
                startedAt = status.isEnded() ? event.at() : startedAt;
                superstepAt = event.at();
                resume(resumed, merged);
            }
            case RunContinued continued -> proceed(event.at(), continued, merged);
            case StateUpdated updated -> update(updated, merged);
            case RunRolledBack(String commandId, int ignored, Snapshot base, boolean goesOn) -> {
                root = root.at(base);
                error = null;
                status = goesOn ? goingOn() : RunStatus.PAUSED;
                startedAt = event.at();
                rest();
                remember(commandId);
            }
            case RunUnpaused(String commandId) -> {
                unpause(event.at());
                remember(commandId);
            }
            case CommandRejected rejected -> {
                rememberAnswered(rejected.commandId());
                rejections = rejections.after(rejected);
                dequeue(rejected.commandId());
            }
        }
        if (status != RunStatus.RUNNING) {
            pausing = null;
        }
    }

    /** For the first time, or again where it had to wait for its turn to go on. */
    private void begin(Instant at, @Nullable List<Target> chosen, @Nullable ObjectNode merged) {
        status = RunStatus.RUNNING;
        startedAt = at;
        Snapshot base = admission().base();
        if (hasBegun()) {
            superstepAt = at;
        } else if (base == null) {
            baseline = root;
            enter(admission().input(), chosen, merged);
        } else {
            root = root.begunWith(admission().input(), base);
            baseline = root;
        }
    }

    /** What a run does that is to go on: where its graph has a limit on runs, it waits for its turn once it had stopped. */
    private RunStatus goingOn() {
        boolean hadStopped = status.isEnded() || status == RunStatus.PAUSED;
        return hadStopped && graph.limits().runs() != null ? RunStatus.QUEUED : RunStatus.RUNNING;
    }

    private void unpause(Instant at) {
        if (status == RunStatus.RUNNING) {
            pausing = null;
            return;
        }
        status = hasBegun() ? goingOn() : RunStatus.QUEUED;
        startedAt = at;
        superstepAt = at;
        error = null;
        root = root.resumed();
        root.where(Task::failedOrCancelled).forEach(task -> change(task.again()));
    }

    private void enter(ObjectNode input, @Nullable List<Target> chosen, @Nullable ObjectNode merged) {
        root = root.entered(input, merged == null ? merge(root, EdgeDefinition.START, input) : merged, chosen);
    }

    private Frame begun(Task task, EventBody.Entry entry) {
        Graph inside = ((Node.ByGraph)
                        root.holding(task.id()).graph().node(task.node()).work())
                .graph();
        Frame empty = Frame.empty(inside, task.id() + "/");
        return empty.entered(entry.input(), merge(empty, EdgeDefinition.START, entry.input()), entry.next());
    }

    private void complete(Event event, NodeCompleted completed, @Nullable ObjectNode merged) {
        Task task = task(event);
        change(task.done(completed.writes(), completed.next()));
        tokens += completed.usage().inputTokens() + completed.usage().outputTokens();
        if (task.id().indexOf('/') < 0) {
            BitSet completedNow = (BitSet) completedNodes.clone();
            completedNow.set(graph.node(task.node()).index());
            completedNodes = completedNow;
        }
        Frame frame = root.holding(task.id());
        boolean closes = event.version() > version || completed.closes();
        if (Eager.is(frame)) {
            root = root.with(closes ? closedEagerly(frame) : Eager.ahead(frame));
        } else if (closes) {
            root = root.with(frame.closed(merged == null ? merge(frame) : merged));
        }
    }

    private Frame closedEagerly(Frame frame) {
        try {
            return Eager.closed(frame, Budget.ofReplay());
        } catch (MergeConflictException conflict) {
            throw unreplayable(conflict);
        }
    }

    /** What ran ahead of work that does not count runs again, after that. */
    private void leaveAhead(String task) {
        Frame frame = root.holding(task);
        if (Eager.is(frame)) {
            root = root.with(frame.alone());
        }
    }

    private void fail(Task task, NodeFailed failed) {
        change(task.failed(failed));
        if (failed.handler() != null) {
            Frame frame = root.holding(task.id());
            RunError cause = failed.error().of(task.node());
            Frame handled = frame.plus(List.of(Task.handling(task, failed.handler(), cause)));
            root = root.with(Eager.is(handled) ? Eager.ahead(handled) : handled);
        }
    }

    private ObjectNode merge(Frame frame) {
        try {
            return frame.merged(Budget.ofReplay());
        } catch (MergeConflictException conflict) {
            throw unreplayable(conflict);
        }
    }

    private ObjectNode merge(Frame frame, String source, ObjectNode writes) {
        try {
            return Merge.apply(
                    frame.graph(), frame.state(), List.of(new Merge.Source(source, writes)), Budget.ofReplay());
        } catch (MergeConflictException conflict) {
            throw unreplayable(conflict);
        }
    }

    private IllegalStateException unreplayable(MergeConflictException conflict) {
        return new IllegalStateException("the journal of run " + id + " cannot be replayed", conflict);
    }

    private void retry(Instant at, RunRetried retried) {
        if (retried.now()) {
            status = RunStatus.RUNNING;
            retried.tasks().forEach(id -> change(task(id).sooner()));
            remember(retried.commandId());
            return;
        }
        status = hasBegun() ? goingOn() : RunStatus.QUEUED;
        startedAt = at;
        error = null;
        superstepAt = at;
        tokens = 0;
        root = root.resumed();
        retried.tasks().forEach(id -> change(task(id).again()));
        remember(retried.commandId());
    }

    private void resume(RunResumed resumed, @Nullable ObjectNode merged) {
        status = goingOn();
        error = null;
        if (resumed.commandId() != null) {
            remember(resumed.commandId());
            root = root.resumed();
        }
        resumed.again().forEach(id -> change(resumed.commandId() == null ? task(id).awake() : task(id).again()));
        resumed.answers().forEach((id, answer) -> change(task(id).answered(answer)));
        if (resumed.update() != null || !resumed.next().isEmpty()) {
            ObjectNode state = resumed.update() == null ? root.state() : merged;
            root = root.joinedBy(
                    state == null ? merge(root, EdgeDefinition.START, Objects.requireNonNull(resumed.update())) : state,
                    resumed.update(),
                    resumed.next());
        }
    }

    private void proceed(Instant at, RunContinued continued, @Nullable ObjectNode merged) {
        remember(continued.commandId());
        if (continued.mode() == RunContinued.Mode.ENQUEUED) {
            List<RunContinued> all = new ArrayList<>(enqueued);
            all.add(continued);
            enqueued = List.copyOf(all);
            return;
        }
        dequeue(continued.commandId());
        status = goingOn();
        pausing = null;
        startedAt = at;
        error = null;
        if (continued.mode() == RunContinued.Mode.ROLLED_BACK) {
            root = root.at(baseline.snapshot());
        }
        baseline = root;
        enter(continued.input(), continued.next(), merged);
    }

    private void dequeue(String commandId) {
        if (!enqueued.isEmpty()) {
            enqueued = enqueued.stream()
                    .filter(waiting -> !waiting.commandId().equals(commandId))
                    .toList();
        }
    }

    private void update(StateUpdated updated, @Nullable ObjectNode merged) {
        remember(updated.commandId());
        error = null;
        root = updated.base() == null ? root.settled() : root.at(updated.base());
        root = root.updated(
                updated.asNode(),
                merged == null ? merge(root, updated.asNode(), updated.writes()) : merged,
                updated.next());
        status = RunStatus.PAUSED;
        rest();
    }

    /** Where nothing is to follow, the run is at its end. */
    private void rest() {
        if (root.superstep().isEmpty()) {
            status = RunStatus.COMPLETED;
        }
    }

    /** A command was carried out: whatever is refused from now on is counted anew. */
    private void remember(String commandId) {
        rejections = Rejections.NONE;
        rememberAnswered(commandId);
    }

    /** The oldest is forgotten where there are too many: what comes again comes soon. */
    private void rememberAnswered(String commandId) {
        LinkedHashSet<String> all = new LinkedHashSet<>(appliedCommands);
        all.add(commandId);
        if (all.size() > MOST_REMEMBERED) {
            all.removeFirst();
        }
        appliedCommands = all;
    }

    private Task task(Event event) {
        return task(Objects.requireNonNull(event.task()));
    }

    private Interrupt asked(Event event) {
        return Objects.requireNonNull(task(event).interrupt(), () -> "run " + id + " asks nothing there");
    }

    private void change(Task task) {
        root = root.with(task);
    }

    /**
     * The progress after a node completed once more: which share of the nodes of the run's own graph has completed at least
     * once, rounded down to thousandths, and at most 0.99, as only the end of the run is 1. So the rounds of a loop and the
     * tasks of a fan-out count once, with the first that completes; the nodes of a graph inside count with the node that
     * they are a part of; and where the run takes one of several ways, its end jumps over the rest. It never falls: what
     * is rolled back, retried or continued goes on from the most that was reached, which is 1 after an end.
     */
    double progressWith(String node) {
        int index = graph.node(node).index();
        int completed = completedNodes.cardinality() + (completedNodes.get(index) ? 0 : 1);
        double share = Math.floor(1000.0 * completed / graph.nodes().size()) / 1000;
        return Math.max(progress, Math.min(MOST_PROGRESS_BEFORE_THE_END, share));
    }

    private Run copy() {
        try {
            return (Run) clone();
        } catch (CloneNotSupportedException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
