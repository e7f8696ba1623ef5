package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.engine.expression.Budget;
import dev.postroad.engine.graph.Foresight;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Join;
import dev.postroad.engine.graph.Target;
import dev.postroad.engine.run.Triggers.Fired;
import dev.postroad.engine.run.Triggers.Following;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The steps of a graph whose nodes start as soon as they can. Its supersteps are those that it would have otherwise, with
 * the same tasks, and are closed in their order by the same merge; but their tasks overlap in time, and each sees what
 * led to it alone (see {@code contracts/eager.md}). The superstep of such a {@link Frame} holds the tasks of all
 * supersteps that are under way, and has the number of the oldest.
 */
final class Eager {
    private final Frame frame;
    private final Graph graph;
    private final Lineage lineage;
    private final Superstep oldest;
    private final ObjectNode merged;
    private final List<Task> done;

    private Eager(Frame frame, ObjectNode merged) {
        this.frame = frame;
        this.graph = frame.graph();
        this.lineage = lineage(frame);
        this.oldest = frame.superstep().alone();
        this.merged = merged;
        this.done = oldest.tasks().stream()
                .filter(task -> task.status() == TaskStatus.DONE)
                .toList();
    }

    static boolean is(Frame frame) {
        return frame.position().lineage() != null;
    }

    private static Lineage lineage(Frame frame) {
        return Objects.requireNonNull(frame.position().lineage());
    }

    private static Foresight foresight(Frame frame) {
        return Objects.requireNonNull(frame.graph().foresight());
    }

    /**
     * The oldest superstep is over, and so may be those after it, whose tasks ran ahead.
     *
     * @throws MergeConflictException where the writes of the oldest do not go together
     */
    static Frame closed(Frame frame, Budget budget) throws MergeConflictException {
        Frame closed = new Eager(frame, mergedOldest(frame, budget)).closed();
        while (isOver(closed)) {
            try {
                closed = new Eager(closed, mergedOldest(closed, Budget.ofReplay())).closed();
            } catch (MergeConflictException conflict) {
                break;
            }
        }
        return ahead(closed);
    }

    /** With the tasks that can start before their superstep's turn. */
    static Frame ahead(Frame frame) {
        return Ahead.of(frame, foresight(frame), lineage(frame));
    }

    /** Whether all tasks of the oldest superstep are settled, and it has some. */
    static boolean isOver(Frame frame) {
        return !frame.superstep().isEmpty() && waitsFor(frame, "");
    }

    /** Whether all tasks of the oldest superstep but {@code id} are settled, if it is one of them. */
    static boolean waitsOnlyFor(Frame frame, String id) {
        Task task = frame.superstep().find(id);
        return task != null && frame.superstepOf(task) == frame.superstep().number() && waitsFor(frame, id);
    }

    private static boolean waitsFor(Frame frame, String id) {
        for (Task task : frame.superstep().tasks()) {
            boolean isOldest = frame.superstepOf(task) == frame.superstep().number();
            if (isOldest && !task.status().isSettled() && !task.id().equals(id)) {
                return false;
            }
        }
        return true;
    }

    static ObjectNode mergedOldest(Frame frame, Budget budget) throws MergeConflictException {
        List<Merge.Source> sources = frame.superstep().alone().tasks().stream()
                .map(task -> new Merge.Source(task.node(), task.writes()))
                .toList();
        return Merge.apply(frame.graph(), frame.state(), sources, budget);
    }

    private Frame closed() {
        List<Fired> fired = new ArrayList<>();
        List<Target> chosen = new ArrayList<>();
        for (Task task : done) {
            List<Target> targets = frame.ledTo(task);
            fired.add(new Fired(task.node(), Targets.triggering(targets)));
            chosen.addAll(targets);
        }
        List<String> ran = oldest.triggeredNodes();
        Following following = frame.triggers().after(graph, ran, Targets.withEmptied(fired, chosen));
        Map<Integer, List<String>> arrived = arrived(following.triggers(), ran);
        Lineage known = new Lineage(lineage.base(), remembered(), arrived);
        List<Task> tasks = new ArrayList<>(frame.superstep().tasks());
        tasks.removeAll(oldest.tasks());
        Set<String> running = new LinkedHashSet<>();
        tasks.forEach(task -> running.add(task.id()));
        Sight sight = new Sight(frame, known);
        int number = oldest.number() + 1;
        for (String node : following.nodes()) {
            Task task = Task.triggered(frame.prefix(), node, number);
            if (running.add(task.id())) {
                tasks.add(
                        graph.node(node).defer()
                                ? task.on(new Branch(number, ids(known.done()), merged))
                                : begun(sight, task, number, causes(node, following.triggers(), arrived)));
            }
        }
        int index = 0;
        for (Task source : done) {
            for (Target target : Targets.handing(frame.ledTo(source))) {
                Task task = Task.handed(frame.prefix(), target, number, index++);
                if (running.add(task.id())) {
                    tasks.add(begun(sight, task, number, List.of(source.id())));
                }
            }
        }
        return frame.followedBy(
                merged,
                Superstep.of(number, tasks),
                following.triggers(),
                oldest,
                tasks.isEmpty() ? Lineage.from(merged) : forgetting(sight, known, tasks));
    }

    private Task begun(Sight sight, Task task, int number, List<String> causes) {
        try {
            return task.on(new Branch(number, causes, sight.behind(causes)));
        } catch (MergeConflictException conflict) {
            // What its causes wrote goes together only with what others wrote.
            return task.on(new Branch(number, causes, merged));
        }
    }

    private List<String> causes(String node, Triggers after, Map<Integer, List<String>> arrived) {
        Set<String> causes = new LinkedHashSet<>();
        done.stream()
                .filter(task -> Targets.triggering(frame.ledTo(task)).contains(node))
                .forEach(task -> causes.add(task.id()));
        for (Join join : graph.joins()) {
            if (join.target().equals(node) && join.sources().equals(after.seen().get(join.index()))) {
                causes.addAll(arrived.getOrDefault(join.index(), List.of()));
            }
        }
        return List.copyOf(causes);
    }

    private Map<Integer, List<String>> arrived(Triggers after, List<String> ran) {
        Map<Integer, Set<String>> kept = frame.triggers().usedUp(graph, ran).seen();
        Map<Integer, List<String>> arrived = new HashMap<>();
        for (Join join : graph.joins()) {
            if (!after.seen().containsKey(join.index())) {
                continue;
            }
            List<String> ids = new ArrayList<>(
                    kept.containsKey(join.index())
                            ? lineage.arrived().getOrDefault(join.index(), List.of())
                            : List.of());
            done.stream().filter(task -> join.sources().contains(task.node())).forEach(task -> ids.add(task.id()));
            arrived.put(join.index(), List.copyOf(ids));
        }
        return Map.copyOf(arrived);
    }

    private List<Task> remembered() {
        List<Task> all = new ArrayList<>(lineage.done());
        for (Task task : done) {
            Branch branch = task.place().branch();
            all.add(branch == null ? task.on(new Branch(oldest.number(), List.of(), frame.state())) : task);
        }
        return List.copyOf(all);
    }

    private static List<String> ids(List<Task> tasks) {
        return tasks.stream().map(Task::id).toList();
    }

    /**
     * Where all that is to come comes from one task, what that one sees is all that need be remembered; unless a deferred
     * node may come, which sees more.
     */
    private Lineage forgetting(Sight sight, Lineage known, List<Task> tasks) {
        Branch only = tasks.size() == 1 ? tasks.getFirst().place().branch() : null;
        if (only == null || !known.arrived().isEmpty()) {
            return known;
        }
        boolean all = foresight(frame).deferred().isEmpty()
                || sight.past(only.causes()).size() == known.done().size();
        return all ? Lineage.from(only.seen()) : known;
    }

    /** The state with what the tasks of all supersteps that are under way wrote so far. */
    static ObjectNode stateSoFar(Frame frame) throws MergeConflictException {
        return Sight.merged(frame, frame.state(), frame.superstep().tasks());
    }

    /** What joins and deferred nodes remember once what is done counts, superstep by superstep. */
    static Triggers settled(Frame frame) {
        Triggers triggers = frame.triggers();
        List<Task> tasks = frame.doneTasks();
        for (int from = 0, to; from < tasks.size(); from = to) {
            int superstep = tasks.get(from).superstep();
            List<Fired> fired = new ArrayList<>();
            List<String> ran = new ArrayList<>();
            for (to = from; to < tasks.size() && tasks.get(to).superstep() == superstep; to++) {
                Task task = tasks.get(to);
                fired.add(new Fired(task.node(), Targets.triggering(frame.ledTo(task))));
                if (task.isTriggered()) {
                    ran.add(task.node());
                }
            }
            triggers = triggers.after(frame.graph(), ran, fired).triggers();
        }
        return triggers;
    }

    /** Where a task led that is done, without what is done there too. */
    static List<Target> stillToCome(Frame frame, Task done) {
        List<Target> targets = new ArrayList<>();
        int number = frame.superstepOf(done) + 1;
        List<Task> handed = frame.superstep().tasks().stream()
                .filter(task -> !task.isTriggered()
                        && task.place().branch() != null
                        && task.place().branch().causes().equals(List.of(done.id())))
                .toList();
        for (Target target : frame.ledTo(done)) {
            boolean isHanded = target.input() != null;
            String id = Task.triggered(frame.prefix(), target.node(), number).id();
            Task there = isHanded ? null : frame.superstep().find(id);
            if (isHanded ? handed.isEmpty() : there == null || there.status() != TaskStatus.DONE) {
                targets.add(target);
            }
        }
        handed.stream()
                .filter(task -> task.status() != TaskStatus.DONE)
                .forEach(
                        task -> targets.add(new Target(task.node(), task.place().input())));
        return targets;
    }

    /** What is written from outside is seen by all that has not begun, whatever led there. */
    static Frame updated(Frame frame, ObjectNode update) {
        Lineage known = lineage(frame);
        List<Task> tasks = frame.superstep().tasks().stream()
                .map(task -> updated(frame, task, update))
                .toList();
        Lineage changed = new Lineage(
                written(frame, known.base(), update),
                known.done().stream().map(task -> updated(frame, task, update)).toList(),
                known.arrived());
        return frame.with(Superstep.of(frame.superstep().number(), tasks))
                .with(frame.position().with(changed), frame.contents());
    }

    private static Task updated(Frame frame, Task task, ObjectNode update) {
        Branch branch = task.place().branch();
        return branch == null
                ? task
                : task.on(new Branch(branch.superstep(), branch.causes(), written(frame, branch.seen(), update)));
    }

    private static ObjectNode written(Frame frame, ObjectNode state, ObjectNode update) {
        try {
            List<Merge.Source> source = List.of(new Merge.Source(EdgeDefinition.START, update));
            return Merge.apply(frame.graph(), state, source, Budget.ofReplay());
        } catch (MergeConflictException conflict) {
            return state;
        }
    }
}
