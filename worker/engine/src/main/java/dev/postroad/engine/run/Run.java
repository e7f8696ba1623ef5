package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.graph.BudgetRules;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.QueueRules;
import dev.postroad.engine.run.EventBody.RunContinued;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a graph, as a fold over its journal: live, in recovery and in history alike. An instance is never
 * changed once {@link #evolve} has returned it, nor is the state that it hands out. Thread-safe for that reason.
 */
public final class Run implements Cloneable {
    private static final double MOST_PROGRESS_BEFORE_THE_END = 0.99;

    /** The most inputs that wait for the end of the run. */
    static final int MOST_ENQUEUED = 1_000;

    private final String id;

    // Changed by the fold in a copy that nobody has yet, and by RunCodec.
    Graph graph;
    Migration.@Nullable Asked migrating;
    List<Migration.Done> migrations = List.of();
    Arrival arrival = Arrival.Pending.PENDING;
    Phase phase = Phase.Plain.QUEUED;
    int seq;
    Instant lastAt = Instant.EPOCH;
    Instant startedAt = Instant.EPOCH;
    int version;
    Frame root;
    Frame baseline;
    Instant superstepAt = Instant.EPOCH;
    Instant stirredAt = Instant.EPOCH;
    long tokens;
    /** What its agents consumed, whatever became of it since. */
    Usage spent = Usage.NONE;
    /** How much of that was before it was last retried or unpaused: it has its own budget anew from then on. */
    Usage spentBefore = Usage.NONE;
    /** Whether it was told that the budget is exceeded. */
    boolean warned;

    Breakpoints breakpoints = Breakpoints.NONE;
    List<RunContinued> enqueued = List.of();
    BitSet completedNodes = new BitSet();
    double progress;
    Set<String> appliedCommands = Set.of();
    Rejections rejections = Rejections.NONE;

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

    /** The version of the graph that the run is pinned to, since it was last migrated. */
    public Graph graph() {
        return graph;
    }

    /** What the run was asked for. */
    public Admission admission() {
        return switch (arrival) {
            case Arrival.Admitted(Admission admission, Instant _) -> admission;
            case Arrival.Pending.PENDING -> throw new IllegalStateException("run " + id + " was not admitted");
        };
    }

    /** How it waits for others: by its graph, or by what its trigger said. */
    public QueueRules queue() {
        return arrival instanceof Arrival.Admitted(Admission admission, Instant _)
                ? admission.queue(graph)
                : graph.queue();
    }

    /** What its agents may spend, by its graph or by what its trigger said; null for no limit. */
    @Nullable
    BudgetRules budget() {
        return admission().budget(graph);
    }

    /** What the run is doing. */
    public RunStatus status() {
        return phase.status();
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
        return arrival.at();
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
        return status() == RunStatus.WAITING
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

    /**
     * When the run goes on, or fails, by itself, or is to begin; null where it does not wait, or waits for somebody alone,
     * or for its turn alone.
     */
    public @Nullable Instant wakeAt() {
        if (status() == RunStatus.QUEUED) {
            return startAt();
        }
        return status() == RunStatus.WAITING ? nextWakeUp() : null;
    }

    /** When the run may begin for the first time; null where it may at once, or has begun. */
    public @Nullable Instant startAt() {
        return hasBegun() || status() != RunStatus.QUEUED ? null : admission().startAt();
    }

    /** Whether it is too early for the run to begin. */
    public boolean isEarly(Instant now) {
        Instant time = startAt();
        return time != null && time.isAfter(now);
    }

    /** When the run goes on, or fails, by itself, if nothing else happens. */
    @Nullable
    Instant nextWakeUp() {
        return nextWakeUp(Task::wakesAt);
    }

    /** The same where the times of tasks are told; null for a task that waits for none. */
    @Nullable
    Instant nextWakeUp(Function<Task, @Nullable Instant> wakesAt) {
        Instant earliest = deadline();
        Instant superstep = root.isDispatched() ? superstepDeadline() : null;
        if (superstep != null && (earliest == null || superstep.isBefore(earliest))) {
            earliest = superstep;
        }
        for (Task task : root.where(waiting -> waiting.wakesAt() != null)) {
            Instant due = Objects.requireNonNull(wakesAt.apply(task));
            earliest = earliest == null || due.isBefore(earliest) ? due : earliest;
        }
        return earliest;
    }

    /** Whether it has begun and has neither ended nor been paused. */
    boolean isUnderWay() {
        return status() == RunStatus.RUNNING || status() == RunStatus.WAITING;
    }

    /** Whether its first superstep was opened. */
    boolean hasBegun() {
        return root.superstep().number() > 0;
    }

    /** How the run is to pause when its superstep is over; null where it is to go on. */
    Phase.@Nullable Pausing pausing() {
        return phase.pausing();
    }

    /** Before and after which nodes it pauses. */
    public Breakpoints breakpoints() {
        return breakpoints;
    }

    /** The migration that takes place with the next superstep; null for none. */
    Migration.@Nullable Asked migrating() {
        return migrating;
    }

    /** By which versions of its graph it went before, in their order. */
    public List<Migration.Done> migrations() {
        return migrations;
    }

    /** The version of its graph that applied to an event of the journal. */
    public int graphVersionAt(int event) {
        for (Migration.Done done : migrations) {
            if (event < done.seq()) {
                return done.from();
            }
        }
        return graph.version();
    }

    /** Why the run failed, or paused by itself; null where it did neither. */
    public @Nullable RunError error() {
        return phase.error();
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

    /** When a task was last sent to a remote agent, or the run last came back from its rest for one. */
    Instant stirredAt() {
        return stirredAt;
    }

    /** Whether the agents used more tokens than they may, since the run began or was last retried. */
    boolean isOutOfTokens() {
        Integer limit = graph.limits().tokens();
        return limit != null && tokens > limit;
    }

    /** What its agents consumed, all in all. */
    public Usage spent() {
        return spent;
    }

    /** Whether it was told already that its budget is exceeded. */
    boolean isWarned() {
        return warned;
    }

    /** By what it is over the budget that it has for itself; null where it is not. */
    EventBody.@Nullable BudgetExceeded overOwnBudget() {
        BudgetRules rules = budget();
        return rules == null || rules.per() != null
                ? null
                : Overspending.of(graph.name(), null, rules, spent.minus(spentBefore));
    }

    /** Whether this attempt of a task is under way. */
    public boolean isCalling(String task, int attempt) {
        Task found = root.find(task);
        return found != null && found.isCalling() && found.attempt() == attempt;
    }

    /** Whether an attempt is of no use any more, as its task was stopped or is tried anew, or the run is over without it. */
    public boolean hasNoUseFor(String task, int attempt) {
        Task found = root.find(task);
        return found == null
                ? status() == RunStatus.CANCELLED || status() == RunStatus.FAILED
                : found.attempt() != attempt || found.status() == TaskStatus.CANCELLED;
    }

    /** The attempts that are under way, by task. */
    public Map<String, Integer> callsUnderWay() {
        Map<String, Integer> calls = new HashMap<>();
        root.where(Task::isCalling).forEach(task -> calls.put(task.id(), task.attempt()));
        return calls;
    }

    /** Whether none of its tasks is another than it was, nor its state; told by identity, so that it may be false for nothing. */
    @SuppressWarnings("ReferenceEquality") // What did not change is shared.
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
    List<RunContinued> enqueued() {
        return enqueued;
    }

    /** The run's graph as it was before the input that it works on. */
    Frame baseline() {
        return baseline;
    }

    Task task(String task) {
        return Objects.requireNonNull(root.find(task), () -> "run " + id + " has no task " + task);
    }

    /** Puts a task in the place of what it was; of the fold alone. */
    void change(Task task) {
        root = root.with(task);
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
        RunFold.apply(next, event, merged);
        next.version = event.version();
        if (next.root.superstep().number() != superstep) {
            next.superstepAt = event.at();
        }
        return next;
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
