package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.contracts.definition.Reducer;
import dev.postroad.engine.expression.Budget;
import dev.postroad.engine.expression.Scope;
import dev.postroad.engine.graph.Channel;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Join;
import dev.postroad.engine.graph.Target;
import dev.postroad.engine.run.Triggers.Fired;
import dev.postroad.engine.run.Triggers.Following;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One graph on its way: that of a run, or one inside a node of it. Immutable.
 *
 * @param prefix what the ids of its tasks start with: the id of the task that it is inside of, and a slash; empty for a
 *     run's own graph
 * @param input what was written to its channels at the start
 * @param state the state between two supersteps; must not be changed
 * @param spent the supersteps that count no more
 * @param last the node whose result made the state what it is, for an update that names none; several are ambiguous
 * @param closed the nodes of the superstep before, for the interrupts after them
 * @param cleared the superstep whose interrupts are over
 * @param mostBytes what the state takes at the most, as JSON; so that it need not be measured after every change
 * @param written what its tasks wrote, in merge order; kept for a graph inside another alone
 * @param lineage null for a graph of supersteps; else see {@link Eager}
 */
record Frame(
        Graph graph,
        String prefix,
        ObjectNode input,
        ObjectNode state,
        Superstep superstep,
        int spent,
        Triggers triggers,
        List<String> last,
        List<String> closed,
        int cleared,
        long mostBytes,
        List<ObjectNode> written,
        @Nullable Lineage lineage) {

    private static final ObjectNode NOTHING = JsonNodeFactory.instance.objectNode();

    /** A graph before its input. */
    static Frame empty(Graph graph, String prefix) {
        return new Frame(
                graph,
                prefix,
                NOTHING,
                graph.initialState(),
                Superstep.NONE,
                0,
                Triggers.NONE,
                List.of(),
                List.of(),
                0,
                0,
                List.of(),
                lineageFrom(graph, graph.initialState()));
    }

    private static @Nullable Lineage lineageFrom(Graph graph, ObjectNode state) {
        return graph.foresight() == null ? null : Lineage.from(state);
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
        return owner == null || owner.child() == null ? null : owner.child().find(id);
    }

    /** The graph that a task belongs to: this one, or one inside it. */
    Frame holding(String id) {
        int slash = id.indexOf('/', prefix.length());
        return slash < 0 ? this : child(id.substring(0, slash)).holding(id);
    }

    private Frame child(String owner) {
        Task task = superstep.find(owner);
        return Objects.requireNonNull(task == null ? null : task.child(), () -> "no graph is under way in " + owner);
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

    private Frame with(Superstep changed) {
        return with(changed, lineage);
    }

    Frame with(Superstep changed, @Nullable Lineage changedLineage) {
        return new Frame(
                graph,
                prefix,
                input,
                state,
                changed,
                spent,
                triggers,
                last,
                closed,
                cleared,
                mostBytes,
                written,
                changedLineage);
    }

    /** Without the tasks that ran ahead of the oldest superstep. */
    Frame alone() {
        return with(superstep.alone());
    }

    /** As a task sees it, for what is evaluated on its behalf. */
    Frame seenBy(Task task) {
        Branch branch = task.place().branch();
        return branch == null
                ? this
                : new Frame(
                        graph,
                        prefix,
                        input,
                        branch.seen(),
                        Superstep.of(branch.superstep(), List.of()),
                        spent,
                        triggers,
                        last,
                        closed,
                        cleared,
                        mostBytes,
                        written,
                        lineage);
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
        List<Target> targets = targets(graph.entry().always(), chosen);
        Triggers left = triggers.usedUp(graph, superstep.triggeredNodes());
        Following following = left.after(
                graph, List.of(), withEmptied(List.of(new Fired(EdgeDefinition.START, triggering(targets))), targets));
        return new Frame(
                graph,
                prefix,
                newInput,
                merged,
                Superstep.of(superstep.following(), prefix, following.nodes(), handing(targets)),
                superstep.following() - 1,
                following.triggers(),
                List.of(EdgeDefinition.START),
                List.of(),
                cleared,
                JsonSizes.of(merged),
                written,
                lineageFrom(graph, merged));
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
            List<Target> targets = targets(always, task.next());
            fired.add(new Fired(task.node(), triggering(targets)));
            chosen = chosen.isEmpty() ? new ArrayList<>() : chosen;
            chosen.addAll(targets);
        }
        List<Target> handed = handing(chosen);
        List<String> ran = superstep.triggeredNodes();
        Following following = triggers.after(graph, ran, withEmptied(fired, chosen));
        return new Frame(
                graph,
                prefix,
                input,
                merged,
                Superstep.of(superstep.number() + 1, prefix, following.nodes(), handed),
                spent,
                following.triggers(),
                ran.isEmpty() ? last : ran,
                superstep.nodes(),
                cleared,
                bytesOf(merged),
                isInside() ? plusWritten(superstep) : written,
                null);
    }

    /** The oldest superstep is over, and others are under way already or follow. */
    Frame followedBy(ObjectNode merged, Superstep next, Triggers left, Superstep over, Lineage known) {
        List<String> ran = over.triggeredNodes();
        return new Frame(
                graph,
                prefix,
                input,
                merged,
                next,
                spent,
                left,
                ran.isEmpty() ? last : ran,
                over.nodes(),
                cleared,
                bytesOf(merged),
                isInside() ? plusWritten(over) : written,
                known);
    }

    /** What the state takes at the most once the superstep is closed, with so many bytes more from its last task. */
    long mostBytesWith(long more) {
        long bytes = mostBytes + more;
        for (Task task : superstep.tasks()) {
            bytes += sizes(task.writes());
        }
        return bytes;
    }

    /** Measures only where the bound alone says too much, so that the cost of a step does not grow with the state. */
    private long bytesOf(ObjectNode merged) {
        long most = mostBytesWith(0);
        return most <= graph.limits().stateBytes() ? most : JsonSizes.of(merged);
    }

    static long sizes(List<ObjectNode> writes) {
        long bytes = 0;
        for (ObjectNode part : writes) {
            bytes += JsonSizes.of(part);
        }
        return bytes;
    }

    private List<ObjectNode> plusWritten(Superstep over) {
        List<ObjectNode> all = new ArrayList<>(written);
        over.tasks().forEach(task -> all.addAll(task.writes()));
        return all;
    }

    /** As if what is done were all there is: its writes are in the state, what else was to run is forgotten. */
    Frame settled() {
        List<Task> done = doneTasks();
        List<Fired> fired = new ArrayList<>(done.size());
        for (Task task : done) {
            fired.add(new Fired(task.node(), triggering(ledTo(task))));
        }
        List<String> ran =
                done.stream().filter(Task::isTriggered).map(Task::node).toList();
        Triggers left =
                done.isEmpty() ? triggers : triggers.after(graph, ran, fired).triggers();
        return new Frame(
                graph,
                prefix,
                input,
                stateSoFar(),
                superstep,
                spent,
                Eager.is(this) ? Eager.settled(this) : left,
                ran.isEmpty() ? last : ran,
                closed,
                cleared,
                mostBytes,
                written,
                lineage);
    }

    List<Task> doneTasks() {
        return superstep.tasks().stream()
                .filter(task -> task.status() == TaskStatus.DONE)
                .toList();
    }

    List<Target> ledTo(Task done) {
        return targets(Objects.requireNonNull(graph.routes().get(done.node())).always(), done.next());
    }

    /**
     * Beside what is done, the nodes that a fan-out over nothing led to count as done, for the joins behind them: unless
     * something else leads there, which is yet to be done.
     */
    static List<Fired> withEmptied(List<Fired> fired, List<Target> chosen) {
        if (chosen.stream().noneMatch(Target::none)) {
            return fired;
        }
        Set<String> busy = new HashSet<>();
        fired.forEach(done -> busy.addAll(done.targets()));
        handing(chosen).forEach(target -> busy.add(target.node()));
        List<Fired> all = new ArrayList<>(fired);
        chosen.stream()
                .filter(target -> target.none() && busy.add(target.node()))
                .forEach(target -> all.add(new Fired(target.node(), List.of())));
        return all;
    }

    /** The joins that some of their sources came to, and others did not. */
    List<EventBody.OpenJoin> openJoins() {
        List<EventBody.OpenJoin> open = new ArrayList<>();
        for (Join join : graph.joins()) {
            Set<String> seen = triggers.seen().get(join.index());
            if (seen != null && !seen.containsAll(join.sources())) {
                open.add(new EventBody.OpenJoin(
                        join.target(),
                        join.sources().stream()
                                .filter(source -> !seen.contains(source))
                                .sorted()
                                .toList()));
            }
        }
        return open;
    }

    /**
     * The state was changed in the name of a node: its successors follow, and those of what is done beside it, in place
     * of what was to come.
     */
    Frame updated(String node, ObjectNode merged, List<Target> chosen) {
        if (node.equals(EdgeDefinition.END)) {
            Triggers left = triggers.usedUp(graph, superstep.triggeredNodes());
            return moved(merged, Superstep.of(superstep.following(), prefix, List.of(), List.of()), left);
        }
        List<Target> targets = targets(
                node.equals(EdgeDefinition.START)
                        ? graph.entry().always()
                        : Objects.requireNonNull(graph.routes().get(node)).always(),
                chosen);
        List<Fired> fired = new ArrayList<>(List.of(new Fired(node, triggering(targets))));
        List<Target> all = new ArrayList<>(targets);
        for (Task done : doneTasks()) {
            if (!done.node().equals(node)) {
                // Of what ran ahead, joins have been told already.
                List<Target> led = Eager.is(this) ? Eager.stillToCome(this, done) : ledTo(done);
                fired.add(new Fired(Eager.is(this) ? "" : done.node(), triggering(led)));
                all.addAll(led);
            }
        }
        Following following = triggers.after(graph, List.of(), withEmptied(fired, all));
        return moved(
                merged,
                Superstep.of(superstep.following(), prefix, following.nodes(), handing(all)),
                following.triggers());
    }

    private Frame moved(ObjectNode newState, Superstep next, Triggers left) {
        return new Frame(
                graph,
                prefix,
                input,
                newState,
                next,
                superstep.following() - 1,
                left,
                last,
                List.of(),
                superstep.following(),
                JsonSizes.of(newState),
                written,
                lineageFrom(graph, newState));
    }

    /** As it was at an earlier version; its tasks get new ids, for they are other calls. */
    Frame at(Snapshot snapshot) {
        List<Target> targets = snapshot.next();
        return new Frame(
                graph,
                prefix,
                input,
                snapshot.state(),
                Superstep.of(superstep.following(), prefix, triggering(targets), handing(targets)),
                superstep.following() - 1,
                snapshot.triggers(),
                snapshot.last(),
                List.of(),
                superstep.following(),
                JsonSizes.of(snapshot.state()),
                written,
                lineageFrom(graph, snapshot.state()));
    }

    /** Begins in place of an empty state with another one, and what follows that. */
    Frame begunWith(ObjectNode itsInput, Snapshot base) {
        Frame begun = at(base);
        return new Frame(
                graph,
                prefix,
                itsInput,
                begun.state,
                begun.superstep,
                begun.spent,
                begun.triggers,
                begun.last,
                begun.closed,
                begun.cleared,
                begun.mostBytes,
                written,
                begun.lineage);
    }

    /** All that is needed to go on from here another time. */
    Snapshot snapshot() {
        return new Snapshot(state, current().targets(), triggers, last);
    }

    /** The tasks of the oldest superstep that is under way. */
    Superstep current() {
        return Eager.is(this) ? superstep.alone() : superstep;
    }

    /** A run goes on after it had stopped: interrupts are over, and the supersteps count anew. */
    Frame resumed() {
        Frame resumed = new Frame(
                graph,
                prefix,
                input,
                state,
                superstep,
                Math.max(0, superstep.number() - 1),
                triggers,
                last,
                closed,
                superstep.number(),
                mostBytes,
                written,
                lineage);
        for (Task task : superstep.tasks()) {
            if (task.child() != null) {
                resumed = resumed.with(task.with(task.child().resumed()));
            }
        }
        return resumed;
    }

    /**
     * The state is changed from outside, and further targets join the superstep.
     *
     * @param update what was written; null for nothing
     */
    Frame joinedBy(ObjectNode merged, @Nullable ObjectNode update, List<Target> targets) {
        if (Eager.is(this) && update != null) {
            return Eager.updated(this, update).joinedBy(merged, targets);
        }
        return joinedBy(merged, targets);
    }

    private Frame joinedBy(ObjectNode merged, List<Target> targets) {
        List<Task> tasks = new ArrayList<>();
        Triggers left = triggers;
        int index = (int)
                current().tasks().stream().filter(task -> !task.isTriggered()).count();
        for (Target target : targets) {
            if (target.input() != null) {
                tasks.add(Task.handed(prefix, target, superstep.number(), index++));
            } else if (graph.node(target.node()).defer()) {
                left = left.deferring(target.node());
            } else {
                tasks.add(Task.triggered(prefix, target.node(), superstep.number()));
            }
        }
        if (Eager.is(this)) {
            tasks.replaceAll(task -> task.on(new Branch(superstep.number(), List.of(), merged)));
        }
        return new Frame(
                graph,
                prefix,
                input,
                merged,
                superstep.plus(tasks),
                spent,
                left,
                last,
                closed,
                cleared,
                JsonSizes.of(merged),
                written,
                lineage);
    }

    private static List<Target> targets(List<String> always, @Nullable List<Target> chosen) {
        if (chosen == null || chosen.isEmpty()) {
            return always.stream().map(Target::of).toList();
        }
        List<Target> targets = new ArrayList<>(chosen);
        always.forEach(node -> targets.add(Target.of(node)));
        return targets;
    }

    static List<String> triggering(List<Target> targets) {
        return targets.stream()
                .filter(target -> target.input() == null && !target.none())
                .map(Target::node)
                .toList();
    }

    static List<Target> handing(List<Target> targets) {
        return targets.stream().filter(target -> target.input() != null).toList();
    }

    /** Whether an interrupt of the graph's definition stands before the superstep. */
    boolean isHeld() {
        return cleared < superstep.number()
                && superstep.isUntouched()
                && !(graph.interruptBefore().isEmpty() && graph.interruptAfter().isEmpty())
                && (graph.interruptAfter().matches(closed)
                        || graph.interruptBefore().matches(superstep.nodes()));
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
        return superstep.number() - spent > graph.limits().supersteps();
    }

    /** Whether some call or some wait for a retry is under way, here or inside. */
    boolean isBusy() {
        return graph.depth() == 1
                ? superstep.underWay() > 0
                : any(task -> task.isCalling() || task.status() == TaskStatus.BACKING_OFF);
    }

    boolean hasFailed() {
        return superstep.hasFailed()
                || (graph.depth() > 1 && any(task -> task.status().isFailure()));
    }

    boolean any(Predicate<Task> kind) {
        for (Task task : superstep.tasks()) {
            if (kind.test(task) || (task.child() != null && task.child().any(kind))) {
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
            if (task.child() != null) {
                found.addAll(task.child().where(kind));
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
            if (task.child() != null) {
                held.addAll(task.child().held());
            }
        }
        return held;
    }

    /** The state with what the tasks of the superstep wrote so far; the state alone where that does not go together. */
    ObjectNode stateSoFar() {
        try {
            return Eager.is(this) ? Eager.stateSoFar(this) : Merge.apply(graph, state, sources(), Budget.ofReplay());
        } catch (MergeConflictException conflict) {
            return state;
        }
    }

    ObjectNode merged(Budget budget) throws MergeConflictException {
        return Eager.is(this) ? Eager.mergedOldest(this, budget) : Merge.apply(graph, state, sources(), budget);
    }

    /** The state that follows when the last task of the superstep completes. */
    ObjectNode mergedWith(Task last, List<ObjectNode> writes, @Nullable List<Target> next, Budget budget)
            throws MergeConflictException {
        if (Eager.is(this)) {
            return Eager.closed(with(superstep.with(last.done(writes, next))), budget)
                    .state();
        }
        if (superstep.size() == 1) {
            return Merge.apply(graph, state, List.of(new Merge.Source(last.node(), writes)), budget);
        }
        List<Merge.Source> sources = new ArrayList<>(superstep.size());
        for (Task task : superstep.tasks()) {
            sources.add(new Merge.Source(task.node(), task.id().equals(last.id()) ? writes : task.writes()));
        }
        return Merge.apply(graph, state, sources, budget);
    }

    private List<Merge.Source> sources() {
        return superstep.tasks().stream()
                .map(task -> new Merge.Source(task.node(), task.writes()))
                .toList();
    }

    /** What this graph wrote to channels that another graph has too: all writes, or the last where one must do. */
    List<ObjectNode> writtenFor(Graph other) {
        List<ObjectNode> shared = new ArrayList<>();
        Map<String, ObjectNode> latest = new HashMap<>();
        for (ObjectNode writes : written) {
            ObjectNode part = JsonNodeFactory.instance.objectNode();
            for (Map.Entry<String, JsonNode> write : writes.properties()) {
                Channel channel = other.channels().get(write.getKey());
                if (channel == null) {
                    continue;
                }
                if (channel.reducer() == Reducer.LAST) {
                    ObjectNode before = latest.put(channel.name(), part);
                    if (before != null) {
                        before.remove(channel.name());
                    }
                }
                part.set(channel.name(), write.getValue());
            }
            shared.add(part);
        }
        shared.removeIf(ObjectNode::isEmpty);
        return shared;
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
