package dev.postroad.engine.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that run side by side between two versions of the state, in merge order. Immutable: a change copies the
 * array of tasks, not the tasks.
 */
final class Superstep {
    static final Superstep NONE = new Superstep(0, new Task[0], Map.of(), new EnumMap<>(TaskStatus.class));

    private final int number;
    private final Task[] tasks;
    private final Map<String, Integer> places;
    private final EnumMap<TaskStatus, Integer> counts;

    private Superstep(int number, Task[] tasks, Map<String, Integer> places, EnumMap<TaskStatus, Integer> counts) {
        this.number = number;
        this.tasks = tasks;
        this.places = places;
        this.counts = counts;
    }

    /** A superstep of one pending task for each node, in the order of their names as plain strings. */
    static Superstep of(int number, Collection<String> nodes) {
        Task[] tasks =
                nodes.stream().sorted().map(node -> Task.pending(node, number)).toArray(Task[]::new);
        Map<String, Integer> places = HashMap.newHashMap(tasks.length);
        for (int i = 0; i < tasks.length; i++) {
            places.put(tasks[i].id(), i);
        }
        EnumMap<TaskStatus, Integer> counts = new EnumMap<>(Map.of(TaskStatus.PENDING, tasks.length));
        return new Superstep(number, tasks, places, counts);
    }

    int number() {
        return number;
    }

    int size() {
        return tasks.length;
    }

    Task task(int place) {
        return tasks[place];
    }

    @Nullable
    Task find(String id) {
        Integer place = places.get(id);
        return place == null ? null : tasks[place];
    }

    Task get(String id) {
        return Objects.requireNonNull(find(id), () -> "superstep " + number + " has no task " + id);
    }

    List<Task> tasks() {
        return Arrays.asList(tasks);
    }

    int count(TaskStatus status) {
        return counts.getOrDefault(status, 0);
    }

    boolean isEmpty() {
        return tasks.length == 0;
    }

    int underWay() {
        return count(TaskStatus.RUNNING) + count(TaskStatus.BACKING_OFF);
    }

    boolean hasFailed() {
        return count(TaskStatus.FAILED) > 0;
    }

    /** Whether all tasks but {@code id} are done. */
    boolean waitsOnlyFor(String id) {
        return count(TaskStatus.DONE) == tasks.length - 1 && get(id).status() != TaskStatus.DONE;
    }

    Superstep with(Task changed) {
        int place = Objects.requireNonNull(places.get(changed.id()), changed.id());
        Task[] changedTasks = tasks.clone();
        EnumMap<TaskStatus, Integer> changedCounts = counts.clone();
        changedCounts.merge(tasks[place].status(), -1, Integer::sum);
        changedCounts.merge(changed.status(), 1, Integer::sum);
        changedTasks[place] = changed;
        return new Superstep(number, changedTasks, places, changedCounts);
    }

    /** The ids of the tasks of a kind, in merge order. */
    List<String> idsWhere(java.util.function.Predicate<Task> kind) {
        List<String> ids = new ArrayList<>();
        for (Task task : tasks) {
            if (kind.test(task)) {
                ids.add(task.id());
            }
        }
        return ids;
    }
}
