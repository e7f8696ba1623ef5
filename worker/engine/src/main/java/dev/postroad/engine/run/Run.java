package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.Limits;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.expression.Scope;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Join;
import dev.postroad.engine.run.EventBody.CommandRejected;
import dev.postroad.engine.run.EventBody.NodeCancelled;
import dev.postroad.engine.run.EventBody.NodeCompleted;
import dev.postroad.engine.run.EventBody.NodeFailed;
import dev.postroad.engine.run.EventBody.NodeRetrying;
import dev.postroad.engine.run.EventBody.NodeStarted;
import dev.postroad.engine.run.EventBody.RunCancelled;
import dev.postroad.engine.run.EventBody.RunCompleted;
import dev.postroad.engine.run.EventBody.RunFailed;
import dev.postroad.engine.run.EventBody.RunQueued;
import dev.postroad.engine.run.EventBody.RunRetried;
import dev.postroad.engine.run.EventBody.RunStarted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
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

    private final String id;
    private final Graph graph;
    private final ObjectNode facts;

    private @Nullable Admission admission;
    private RunStatus status = RunStatus.QUEUED;
    private int seq;
    private Instant lastAt = Instant.EPOCH;
    private Instant queuedAt = Instant.EPOCH;
    private Instant startedAt = Instant.EPOCH;
    private int version;
    private ObjectNode state;
    private Superstep superstep = Superstep.NONE;
    private int superstepsSpent;
    private Map<Integer, Set<String>> joinsSeen = Map.of();
    private BitSet completedNodes = new BitSet();
    private double progress;
    private Set<String> appliedCommands = Set.of();
    private @Nullable RunError error;

    private Run(String id, Graph graph) {
        this.id = id;
        this.graph = graph;
        this.state = graph.initialState();
        this.facts = JsonNodeFactory.instance
                .objectNode()
                .put("id", id)
                .put("graph", graph.name())
                .put("version", graph.version());
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
        return state;
    }

    /** Why the run failed; null where it did not. */
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

    /** Whether this attempt of a task is under way. */
    public boolean isCalling(String task, int attempt) {
        Task found = superstep.find(task);
        return found != null && found.status() == TaskStatus.RUNNING && found.attempt() == attempt;
    }

    /** The attempts that are under way, by task. */
    public Map<String, Integer> callsUnderWay() {
        Map<String, Integer> calls = new HashMap<>();
        for (Task task : superstep.tasks()) {
            if (task.status() == TaskStatus.RUNNING) {
                calls.put(task.id(), task.attempt());
            }
        }
        return calls;
    }

    boolean hasApplied(String commandId) {
        return appliedCommands.contains(commandId);
    }

    Superstep superstep() {
        return superstep;
    }

    boolean isOutOfSupersteps() {
        Limits limits = graph.limits();
        return superstep.number() - superstepsSpent > limits.supersteps();
    }

    Scope scope(ObjectNode seen, JsonNode result) {
        ObjectNode run = facts.deepCopy().put("superstep", superstep.number());
        return new Scope(seen, result, admission().input(), run);
    }

    /** The state that follows when the last task of the superstep completes. */
    ObjectNode mergedWith(Task last, ObjectNode writes) throws MergeConflictException {
        List<Merge.Source> sources = new ArrayList<>(superstep.size());
        for (Task task : superstep.tasks()) {
            sources.add(new Merge.Source(task.node(), task.id().equals(last.id()) ? writes : task.writes()));
        }
        return Merge.apply(graph, state, sources);
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
        next.apply(event, merged);
        next.version = event.version();
        return next;
    }

    private void apply(Event event, @Nullable ObjectNode merged) {
        switch (event.body()) {
            case RunQueued(Admission admitted) -> {
                admission = admitted;
                queuedAt = event.at();
            }
            case RunStarted(List<String> chosen) -> start(event.at(), chosen, merged);
            case NodeStarted() -> change(task(event).started(event.attempt()));
            case NodeRetrying(RunError ignored, Instant dueAt) ->
                change(task(event).backingOff(dueAt));
            case NodeCompleted completed -> complete(event, completed, merged);
            case NodeFailed(RunError cause) -> {
                change(task(event).ended(TaskStatus.FAILED));
                error = error == null ? cause.of(task(event).node()) : error;
            }
            case NodeCancelled() -> change(task(event).ended(TaskStatus.CANCELLED));
            case RunRetried retried -> retry(event.at(), retried);
            case RunCancelled cancelled -> {
                status = RunStatus.CANCELLED;
                remember(cancelled.commandId());
            }
            case RunCompleted ignored -> status = RunStatus.COMPLETED;
            case RunFailed failed -> {
                status = RunStatus.FAILED;
                error = failed.error();
                failed.tasks().forEach(id -> change(superstep.get(id).ended(TaskStatus.FAILED)));
            }
            case CommandRejected rejected -> remember(rejected.commandId());
        }
    }

    private void start(Instant at, @Nullable List<String> chosen, @Nullable ObjectNode merged) {
        status = RunStatus.RUNNING;
        startedAt = at;
        state = merged == null
                ? merge(List.of(new Merge.Source("START", admission().input())))
                : merged;
        Set<String> targets = new LinkedHashSet<>(graph.entry().always());
        if (chosen != null) {
            targets.addAll(chosen);
        }
        superstep = Superstep.of(1, targets);
    }

    private void complete(Event event, NodeCompleted completed, @Nullable ObjectNode merged) {
        Task task = task(event);
        change(task.done(completed.writes(), completed.next()));
        BitSet completedNow = (BitSet) completedNodes.clone();
        completedNow.set(graph.node(task.node()).index());
        completedNodes = completedNow;
        if (event.version() > version) {
            close(merged);
        }
    }

    private void close(@Nullable ObjectNode merged) {
        state = merged != null
                ? merged
                : merge(superstep.tasks().stream()
                        .map(task -> new Merge.Source(task.node(), task.writes()))
                        .toList());
        Set<String> targets = new LinkedHashSet<>();
        for (Task task : superstep.tasks()) {
            targets.addAll(
                    Objects.requireNonNull(graph.routes().get(task.node())).always());
            if (task.next() != null) {
                targets.addAll(task.next());
            }
            for (Join join : Objects.requireNonNull(graph.joinsOf().get(task.node()))) {
                arrive(join, task.node(), targets);
            }
        }
        superstep = Superstep.of(superstep.number() + 1, targets);
    }

    private void arrive(Join join, String node, Set<String> targets) {
        Set<String> seen = new HashSet<>(joinsSeen.getOrDefault(join.index(), Set.of()));
        seen.add(node);
        boolean open = seen.equals(join.sources());
        if (open) {
            targets.addAll(join.targets());
        }
        Map<Integer, Set<String>> changed = new HashMap<>(joinsSeen);
        changed.put(join.index(), open ? Set.of() : seen);
        joinsSeen = changed;
    }

    private ObjectNode merge(List<Merge.Source> sources) {
        try {
            return Merge.apply(graph, state, sources);
        } catch (MergeConflictException conflict) {
            throw new IllegalStateException("the journal of run " + id + " cannot be replayed", conflict);
        }
    }

    private void retry(Instant at, RunRetried retried) {
        status = superstep == Superstep.NONE ? RunStatus.QUEUED : RunStatus.RUNNING;
        startedAt = at;
        error = null;
        superstepsSpent = Math.max(0, superstep.number() - 1);
        retried.tasks().forEach(id -> change(superstep.get(id).again()));
        remember(retried.commandId());
    }

    private void remember(String commandId) {
        Set<String> all = new HashSet<>(appliedCommands);
        all.add(commandId);
        appliedCommands = all;
    }

    private Task task(Event event) {
        return superstep.get(Objects.requireNonNull(event.task()));
    }

    private void change(Task task) {
        superstep = superstep.with(task);
    }

    /** The progress after a node completed once more. */
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
