package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.engine.expression.Budget;
import dev.postroad.engine.expression.Scope;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Target;
import dev.postroad.engine.run.Triggers.Fired;
import dev.postroad.engine.run.Triggers.Following;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One graph on its way: that of a run, or one inside a node of it. What is done to it from outside is for {@link
 * Intervention}. Immutable.
 *
 * @param prefix what the ids of its tasks start with: the id of the task that it is inside of, and a slash; empty for a
 *     run's own graph
 * @param input what was written to its channels at the start
 * @param superstep the one under way; it stands here by itself, as it changes with every event and the rest with few
 */
record Frame(
        Graph graph,
        String prefix,
        ObjectNode input,
        Superstep superstep,
        Position position,
        Allowance allowance,
        Contents contents)
        implements Inside {
    private static final ObjectNode NOTHING = JsonNodeFactory.instance.objectNode();

    /** A graph before its input. */
    static Frame empty(Graph graph, String prefix) {
        ObjectNode state = graph.initialState();
        return new Frame(
                graph,
                prefix,
                NOTHING,
                Superstep.NONE,
                Position.from(graph, state, Triggers.NONE, List.of()),
                Allowance.NEW,
                new Contents(state, 0, List.of()));
    }

    /** The graph inside a task; null where there is none. */
    static @Nullable Frame inside(Task task) {
        return (Frame) task.child();
    }

    /** The state between two supersteps; must not be changed. */
    ObjectNode state() {
        return contents.state();
    }

    Triggers triggers() {
        return position.triggers();
    }

    boolean isInside() {
        return !prefix.isEmpty();
    }

    /** The id of the task that this graph is inside of. */
    String owner() {
        return prefix.substring(0, prefix.length() - 1);
    }

    @Nullable
    Task find(String id) {
        int slash = id.indexOf('/', prefix.length());
        if (slash < 0) {
            return superstep.find(id);
        }
        Task owner = superstep.find(id.substring(0, slash));
        Frame inside = owner == null ? null : inside(owner);
        return inside == null ? null : inside.find(id);
    }

    /** The graph that a task belongs to: this one, or one inside it. */
    Frame holding(String id) {
        int slash = id.indexOf('/', prefix.length());
        return slash < 0 ? this : child(id.substring(0, slash)).holding(id);
    }

    private Frame child(String owner) {
        Task task = superstep.find(owner);
        return Objects.requireNonNull(task == null ? null : inside(task), () -> "no graph is under way in " + owner);
    }

    Frame with(Task changed) {
        int slash = changed.id().indexOf('/', prefix.length());
        if (slash < 0) {
            return with(superstep.with(changed));
        }
        String owner = changed.id().substring(0, slash);
        Frame inside = child(owner).with(changed);
        return with(superstep.with(Objects.requireNonNull(superstep.find(owner)).with(inside)));
    }

    /** With a graph inside replaced, or this one. */
    Frame with(Frame changed) {
        return changed.prefix.equals(prefix)
                ? changed
                : with(Objects.requireNonNull(find(changed.owner())).with(changed));
    }

    Frame with(Superstep changed) {
        return new Frame(graph, prefix, input, changed, position, allowance, contents);
    }

    Frame with(Position changed, Contents held) {
        return new Frame(graph, prefix, input, superstep, changed, allowance, held);
    }

    Frame with(Allowance changed) {
        return new Frame(graph, prefix, input, superstep, position, changed, contents);
    }

    /** Without the tasks that ran ahead of the oldest superstep. */
    Frame alone() {
        return with(superstep.alone());
    }

    /** As a task sees it, for what is evaluated on its behalf. */
    Frame seenBy(Task task) {
        Branch branch = task.place().branch();
        if (branch == null) {
            return this;
        }
        Superstep seen = Superstep.of(branch.superstep(), List.of());
        Contents held = new Contents(branch.seen(), contents.mostBytes(), contents.written());
        return with(seen).with(position, held);
    }

    /** The number of the superstep that a task belongs to. */
    int superstepOf(Task task) {
        return task.superstep() == 0 ? superstep.number() : task.superstep();
    }

    /** With tasks beside those of the superstep. */
    Frame plus(List<Task> tasks) {
        return with(superstep.plus(tasks));
    }

    /** The input is written, and the first superstep follows; or the next, where it ended before and goes on. */
    Frame entered(ObjectNode newInput, ObjectNode merged, @Nullable List<Target> chosen) {
        List<Target> targets = Targets.of(graph.entry().always(), chosen);
        Triggers left = triggers().usedUp(graph, superstep.triggeredNodes());
        List<Fired> fired = List.of(new Fired(EdgeDefinition.START, Targets.triggering(targets)));
        Following following = left.after(graph, List.of(), Targets.withEmptied(fired, targets));
        int number = superstep.following();
        return new Frame(
                graph,
                prefix,
                newInput,
                Superstep.of(number, prefix, following.nodes(), Targets.handing(targets)),
                Position.from(graph, merged, following.triggers(), List.of(EdgeDefinition.START)),
                new Allowance(number - 1, allowance.cleared(), allowance.passed()),
                contents.with(merged));
    }

    /** The superstep is over, and the next follows. */
    Frame closed(ObjectNode merged) {
        List<Fired> fired = new ArrayList<>(superstep.size());
        List<Target> chosen = List.of();
        for (Task task : superstep.tasks()) {
            if (task.status() != TaskStatus.DONE) {
                continue;
            }
            List<String> always =
                    Objects.requireNonNull(graph.routes().get(task.node())).always();
            if (task.next() == null) {
                fired.add(new Fired(task.node(), always));
                continue;
            }
            List<Target> targets = Targets.of(always, task.next());
            fired.add(new Fired(task.node(), Targets.triggering(targets)));
            chosen = chosen.isEmpty() ? new ArrayList<>() : chosen;
            chosen.addAll(targets);
        }
        List<String> ran = superstep.triggeredNodes();
        Following following = triggers().after(graph, ran, Targets.withEmptied(fired, chosen));
        Superstep next = Superstep.of(superstep.number() + 1, prefix, following.nodes(), Targets.handing(chosen));
        return after(superstep, merged, next, position.after(superstep, ran, following.triggers(), null));
    }

    /** The oldest superstep is over, and others are under way already or follow. */
    Frame followedBy(ObjectNode merged, Superstep next, Triggers left, Superstep over, Lineage known) {
        return after(over, merged, next, position.after(over, over.triggeredNodes(), left, known));
    }

    private Frame after(Superstep over, ObjectNode merged, Superstep next, Position changed) {
        List<ObjectNode> written = isInside() ? contents.writtenWith(over) : contents.written();
        Contents held = new Contents(merged, bytesOf(merged), written);
        return new Frame(graph, prefix, input, next, changed, allowance, held);
    }

    /** What the state takes at the most once the superstep is closed, with so many bytes more from its last task. */
    long mostBytesWith(long more) {
        long bytes = contents.mostBytes() + more;
        for (Task task : superstep.tasks()) {
            bytes += JsonSizes.sum(task.writes());
        }
        return bytes;
    }

    /** Measures only where the bound alone says too much, so that the cost of a step does not grow with the state. */
    private long bytesOf(ObjectNode merged) {
        long most = mostBytesWith(0);
        return most <= graph.limits().stateBytes() ? most : JsonSizes.of(merged);
    }

    List<Task> doneTasks() {
        return superstep.tasks().stream()
                .filter(task -> task.status() == TaskStatus.DONE)
                .toList();
    }

    List<Target> ledTo(Task done) {
        return Targets.of(
                Objects.requireNonNull(graph.routes().get(done.node())).always(), done.next());
    }

    /** All that is needed to go on from here another time. */
    Snapshot snapshot() {
        return new Snapshot(state(), current().targets(), triggers(), position.last());
    }

    /** The tasks of the oldest superstep that is under way. */
    Superstep current() {
        return Eager.is(this) ? superstep.alone() : superstep;
    }

    /** Whether an interrupt of the graph's definition stands before the superstep. */
    boolean isHeld() {
        return allowance.cleared() < superstep.number()
                && superstep.isUntouched()
                && !(graph.interruptBefore().isEmpty() && graph.interruptAfter().isEmpty())
                && (graph.interruptAfter().matches(position.closed())
                        || graph.interruptBefore().matches(superstep.nodes()));
    }

    /** Whether a breakpoint may stand where it is, as nobody said yet to go on past it. */
    boolean mayStop() {
        return Eager.is(this)
                ? superstep.count(TaskStatus.PENDING) > 0 && !superstep.hasFailed()
                : superstep.isUntouched() && allowance.cleared() < superstep.number() && !superstep.wasBegun();
    }

    /** With the breakpoints over that stand before what is to begin next. */
    Frame pastStops() {
        if (!Eager.is(this)) {
            return with(allowance.past(superstep.number(), Set.of()));
        }
        Set<String> pending = new HashSet<>();
        for (Task task : superstep.tasks()) {
            if (task.status() == TaskStatus.PENDING) {
                pending.add(task.id());
            }
        }
        return with(allowance.past(allowance.cleared(), Set.copyOf(pending)));
    }

    /** Whether nothing more is to come of the superstep, though it was not closed. */
    boolean isOver() {
        return Eager.is(this) ? Eager.isOver(this) : superstep.isSettled();
    }

    /** Whether the superstep is over when a task is. */
    boolean waitsOnlyFor(Task task) {
        return Eager.is(this) ? Eager.waitsOnlyFor(this, task.id()) : superstep.waitsOnlyFor(task.id());
    }

    boolean isOutOfSupersteps() {
        return superstep.number() - allowance.spent() > graph.limits().supersteps();
    }

    /** Whether some call or some wait for a retry is under way, here or inside. */
    boolean isBusy() {
        return !superstep.hasGraphs()
                ? superstep.busy() > 0
                : any(task -> task.isCalling() || task.status() == TaskStatus.BACKING_OFF);
    }

    /** Whether some task is with a remote agent, here or inside. */
    boolean isDispatched() {
        return superstep.count(TaskStatus.DISPATCHED) > 0
                || (superstep.hasGraphs() && any(task -> task.status() == TaskStatus.DISPATCHED));
    }

    boolean hasFailed() {
        return superstep.hasFailed()
                || (superstep.hasGraphs() && any(task -> task.status().isFailure()));
    }

    boolean any(Predicate<Task> kind) {
        for (Task task : superstep.tasks()) {
            Frame inside = inside(task);
            if (kind.test(task) || (inside != null && inside.any(kind))) {
                return true;
            }
        }
        return false;
    }

    /** The tasks of a kind, here and inside, in merge order. */
    List<Task> where(Predicate<Task> kind) {
        List<Task> found = new ArrayList<>();
        for (Task task : superstep.tasks()) {
            if (kind.test(task)) {
                found.add(task);
            }
            Frame inside = inside(task);
            if (inside != null) {
                found.addAll(inside.where(kind));
            }
        }
        return found;
    }

    /** This graph and those inside that are held. */
    List<Frame> held() {
        List<Frame> held = new ArrayList<>();
        if (isHeld()) {
            held.add(this);
        }
        for (Task task : superstep.tasks()) {
            Frame inside = inside(task);
            if (inside != null) {
                held.addAll(inside.held());
            }
        }
        return held;
    }

    /** The state with what the tasks of the superstep wrote so far; the state alone where that does not go together. */
    ObjectNode stateSoFar() {
        try {
            return Eager.is(this) ? Eager.stateSoFar(this) : Merge.apply(graph, state(), sources(), Budget.ofReplay());
        } catch (MergeConflictException conflict) {
            return state();
        }
    }

    ObjectNode merged(Budget budget) throws MergeConflictException {
        return Eager.is(this) ? Eager.mergedOldest(this, budget) : Merge.apply(graph, state(), sources(), budget);
    }

    /** The state that follows when the last task of the superstep completes. */
    ObjectNode mergedWith(Task last, List<ObjectNode> writes, @Nullable List<Target> next, Budget budget)
            throws MergeConflictException {
        if (Eager.is(this)) {
            return Eager.closed(with(superstep.with(last.done(writes, next))), budget)
                    .state();
        }
        if (superstep.size() == 1) {
            return Merge.apply(graph, state(), List.of(new Merge.Source(last.node(), writes)), budget);
        }
        List<Merge.Source> sources = new ArrayList<>(superstep.size());
        for (Task task : superstep.tasks()) {
            sources.add(new Merge.Source(task.node(), task.id().equals(last.id()) ? writes : task.writes()));
        }
        return Merge.apply(graph, state(), sources, budget);
    }

    private List<Merge.Source> sources() {
        return superstep.tasks().stream()
                .map(task -> new Merge.Source(task.node(), task.writes()))
                .toList();
    }

    Scope scope(String runId, ObjectNode seen, JsonNode result, JsonNode handed, Map<String, JsonNode> others) {
        ObjectNode facts = JsonNodeFactory.instance
                .objectNode()
                .put("id", runId)
                .put("graph", graph.name())
                .put("version", graph.version())
                .put("superstep", superstep.number());
        return new Scope(seen, result, handed, facts, others);
    }
}
