package dev.postroad.engine.run;

import dev.postroad.engine.graph.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that run side by side between two versions of the state, in merge order: first those that were triggered,
 * by the names of their nodes as plain strings, then those that were handed an input, by their index. Immutable: a
 * change copies the array of tasks, not the tasks.
 */
final class Superstep {
    private static final int STATUSES = TaskStatus.values().length;

    static final Superstep NONE = new Superstep(0, new Task[0], Map.of(), new int[STATUSES], 0, 0, 0);

    static final Comparator<Task> MERGE_ORDER =
            Comparator.comparingInt(Task::superstep).thenComparing(Task::place).thenComparing(Task::orderName);

    private final int number;
    private final Task[] tasks;
    private final Map<String, Integer> places;
    /** By the place of the status among all; never changed. */
    private final int[] counts;

    private final long withThoseInside;
    private final long handedOn;
    private final int graphs;

    /**
     * @param withThoseInside how many tasks there are, where one that is a graph counts as those inside
     * @param handedOn how many tasks of the superstep that follows were handed an input so far
     * @param graphs how many tasks have a graph inside that is under way
     */
    private Superstep(
            int number,
            Task[] tasks,
            Map<String, Integer> places,
            int[] counts,
            long withThoseInside,
            long handedOn,
            int graphs) {
        this.number = number;
        this.tasks = tasks;
        this.places = places;
        this.counts = counts;
        this.withThoseInside = withThoseInside;
        this.handedOn = handedOn;
        this.graphs = graphs;
    }

    /**
     * A superstep of pending tasks.
     *
     * @param prefix what the ids of its tasks start with
     * @param triggered nodes, each of which is one task
     * @param handed targets with an input, each of which is one task, in their order
     */
    static Superstep of(int number, String prefix, Collection<String> triggered, List<Target> handed) {
        List<Task> tasks = new ArrayList<>(triggered.size() + handed.size());
        triggered.forEach(node -> tasks.add(Task.triggered(prefix, node, number)));
        for (Target target : handed) {
            tasks.add(Task.handed(prefix, target, number, tasks.size() - triggered.size()));
        }
        return of(number, tasks);
    }

    /** A superstep of tasks in whatever state; and of tasks of later ones, where those may run ahead of it. */
    static Superstep of(int number, List<Task> tasks) {
        Task[] sorted = tasks.toArray(Task[]::new);
        if (sorted.length > 1) {
            Arrays.sort(sorted, MERGE_ORDER);
        }
        Map<String, Integer> places =
                sorted.length == 1 ? Map.of(sorted[0].id(), 0) : HashMap.newHashMap(sorted.length);
        int[] counts = new int[STATUSES];
        long withThoseInside = 0;
        long handedOn = 0;
        int graphs = 0;
        for (int i = 0; i < sorted.length; i++) {
            if (sorted.length > 1) {
                places.put(sorted[i].id(), i);
            }
            counts[place(sorted[i].status())]++;
            withThoseInside += sizeOf(sorted[i]);
            handedOn += Targets.handed(sorted[i].next());
            graphs += graphsOf(sorted[i]);
        }
        return new Superstep(number, sorted, places, counts, withThoseInside, handedOn, graphs);
    }

    /** With further tasks; one whose id is there already is left out. */
    Superstep plus(List<Task> more) {
        List<Task> all = new ArrayList<>(Arrays.asList(tasks));
        more.stream().filter(task -> !places.containsKey(task.id())).forEach(all::add);
        return of(number, all);
    }

    int number() {
        return number;
    }

    /** Without the tasks that ran ahead of it. */
    Superstep alone() {
        return of(number, Arrays.stream(tasks).filter(task -> !isAhead(task)).toList());
    }

    /** The number that is free for what follows all of its tasks. */
    int following() {
        return tasks.length == 0 ? number + 1 : Math.max(number, tasks[tasks.length - 1].superstep()) + 1;
    }

    private boolean isAhead(Task task) {
        return task.superstep() > number;
    }

    int size() {
        return tasks.length;
    }

    /** How many tasks there are, where one that is a graph counts as those inside. */
    long withThoseInside() {
        return withThoseInside;
    }

    /** How many tasks of the superstep that follows were handed an input by those that are done. */
    long handedOn() {
        return handedOn;
    }

    private static long sizeOf(Task task) {
        Frame inside = Frame.inside(task);
        return inside == null ? 1 : inside.superstep().withThoseInside();
    }

    /** Whether some task has a graph inside that is under way. */
    boolean hasGraphs() {
        return graphs > 0;
    }

    private static int graphsOf(Task task) {
        return task.child() == null ? 0 : 1;
    }

    @Nullable
    Task find(String id) {
        Integer place = places.get(id);
        return place == null ? null : tasks[place];
    }

    List<Task> tasks() {
        return Arrays.asList(tasks);
    }

    /** Counts are copied at each step, so they are an array and no map. */
    @SuppressWarnings("EnumOrdinal")
    private static int place(TaskStatus status) {
        return status.ordinal();
    }

    int count(TaskStatus status) {
        return counts[place(status)];
    }

    boolean isEmpty() {
        return tasks.length == 0;
    }

    /** Whether none has begun. */
    boolean isUntouched() {
        return count(TaskStatus.PENDING) == tasks.length;
    }

    /** Whether some task was begun before, though it may be one that slept and is to go on. */
    boolean wasBegun() {
        return Arrays.stream(tasks).anyMatch(task -> task.attempt() > 0);
    }

    /** Whether nothing more is to come of any. */
    boolean isSettled() {
        return count(TaskStatus.DONE) + count(TaskStatus.HANDLED) == tasks.length;
    }

    /** The tasks that count against the limit on tasks at once. */
    int underWay() {
        return busy() + count(TaskStatus.DISPATCHED);
    }

    /** The tasks for which the run must be at hand. */
    int busy() {
        return count(TaskStatus.RUNNING) + count(TaskStatus.BACKING_OFF);
    }

    boolean hasFailed() {
        return count(TaskStatus.FAILED) + count(TaskStatus.EXHAUSTED) > 0;
    }

    /** Whether all tasks but {@code id} are settled. */
    boolean waitsOnlyFor(String id) {
        int settled = count(TaskStatus.DONE) + count(TaskStatus.HANDLED);
        Task task = find(id);
        return settled == tasks.length - 1 && task != null && !task.status().isSettled();
    }

    Superstep with(Task changed) {
        int place = Objects.requireNonNull(places.get(changed.id()), changed.id());
        Task[] changedTasks = tasks.clone();
        changedTasks[place] = changed;
        long size = withThoseInside + sizeOf(changed) - sizeOf(tasks[place]);
        long handed = handedOn + Targets.handed(changed.next()) - Targets.handed(tasks[place].next());
        int inside = graphs + graphsOf(changed) - graphsOf(tasks[place]);
        if (changed.status() == tasks[place].status()) {
            return new Superstep(number, changedTasks, places, counts, size, handed, inside);
        }
        int[] changedCounts = counts.clone();
        changedCounts[place(tasks[place].status())]--;
        changedCounts[place(changed.status())]++;
        return new Superstep(number, changedTasks, places, changedCounts, size, handed, inside);
    }

    /** The nodes of all tasks, in merge order, as often as they have tasks. */
    List<String> nodes() {
        return tasks.length == 1
                ? List.of(tasks[0].node())
                : Arrays.stream(tasks).map(Task::node).toList();
    }

    /** The nodes that were triggered. */
    List<String> triggeredNodes() {
        if (tasks.length == 1) {
            return isTriggered(tasks[0]) ? List.of(tasks[0].node()) : List.of();
        }
        return Arrays.stream(tasks)
                .filter(Superstep::isTriggered)
                .map(Task::node)
                .toList();
    }

    private static boolean isTriggered(Task task) {
        return task.isTriggered() && task.place().error() == null;
    }

    /** What would make the same tasks anew. */
    List<Target> targets() {
        return Arrays.stream(tasks)
                .filter(task -> task.place().error() == null)
                .map(task -> new Target(task.node(), task.place().input()))
                .toList();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Superstep that && number == that.number && Arrays.equals(tasks, that.tasks);
    }

    @Override
    public int hashCode() {
        return 31 * number + Arrays.hashCode(tasks);
    }
}
