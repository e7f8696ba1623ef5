package dev.postroad.engine.run;

import dev.postroad.engine.graph.Foresight;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Join;
import dev.postroad.engine.graph.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds the tasks of later supersteps that can start already. A task is only begun ahead where nothing that is not done
 * yet can be another cause of it, whatever it answers; so that what runs and what it sees are the same, whether it began
 * ahead or once the superstep before was over. What is not certain waits for that. Goes once through the supersteps that
 * are under way, the oldest first. Confined to one change of a {@link Frame}.
 */
final class Ahead {
    private final Frame frame;
    private final Graph graph;
    private final Foresight foresight;
    private final Lineage lineage;
    private final Sight sight;
    private final Map<Integer, List<Task>> supersteps = new TreeMap<>();
    private final List<Task> found = new ArrayList<>();

    /** Nodes that may run in any superstep up to the one at hand, and are not done. */
    private final Set<String> awaited = new HashSet<>();
    /** Nodes whose fan-out over nothing counts as done. */
    private final Set<String> emptied = new HashSet<>();
    /** Nodes that run, or may run, in the superstep at hand, and have no task there yet. */
    private Set<String> uncertain = Set.of();

    private Ahead(Frame frame, Foresight foresight, Lineage lineage) {
        this.frame = frame;
        this.graph = frame.graph();
        this.foresight = foresight;
        this.lineage = lineage;
        this.sight = new Sight(frame, lineage);
        for (Task task : frame.superstep().tasks()) {
            supersteps
                    .computeIfAbsent(frame.superstepOf(task), number -> new ArrayList<>())
                    .add(task);
        }
    }

    /** With the tasks that can start. */
    static Frame of(Frame frame, Foresight foresight, Lineage lineage) {
        if (frame.superstep().count(TaskStatus.DONE) == 0) {
            return frame;
        }
        Ahead ahead = new Ahead(frame, foresight, lineage);
        ahead.find();
        return ahead.found.isEmpty() ? frame : frame.plus(ahead.found);
    }

    private void find() {
        int oldest = frame.superstep().number();
        for (int number = oldest + 1;
                number - frame.allowance().spent() <= graph.limits().supersteps();
                number++) {
            List<Task> before = supersteps.getOrDefault(number - 1, List.of());
            if (before.isEmpty()) {
                return;
            }
            before.sort(Superstep.MERGE_ORDER);
            find(number, before);
        }
    }

    private void find(int number, List<Task> before) {
        Set<String> undone = new HashSet<>(uncertain);
        before.stream()
                .filter(task -> !task.status().isSettled())
                .map(Task::node)
                .forEach(undone::add);
        if (number - 1 > frame.superstep().number() && before.stream().noneMatch(Task::isTriggered)) {
            // Deferred nodes wait for no task that was handed an input.
            undone.addAll(foresight.deferred());
        }
        awaited.addAll(undone);
        Set<String> open = foresight.after(undone);
        Set<String> left = new HashSet<>(open);
        Map<String, Set<String>> causes = new LinkedHashMap<>();
        for (Task done : before) {
            if (done.status() == TaskStatus.DONE) {
                lead(done, causes, left);
            }
        }
        for (Join join : graph.joins()) {
            join(join, number, before, causes, left);
        }
        causes.forEach((node, ids) -> trigger(node, number, ids, left));
        hand(number, before, left);
        uncertain = left;
    }

    private void lead(Task done, Map<String, Set<String>> causes, Set<String> left) {
        for (Target target : frame.ledTo(done)) {
            if (target.none()) {
                emptied.add(target.node());
                graph.joinsOf().getOrDefault(target.node(), List.of()).forEach(join -> left.add(join.target()));
            } else if (target.input() == null && !graph.node(target.node()).defer()) {
                causes.computeIfAbsent(target.node(), node -> new LinkedHashSet<>())
                        .add(done.id());
            }
        }
    }

    private void join(Join join, int number, List<Task> before, Map<String, Set<String>> causes, Set<String> left) {
        boolean news = before.stream()
                .anyMatch(task ->
                        task.status() == TaskStatus.DONE && join.sources().contains(task.node()));
        if (!news || graph.node(join.target()).defer()) {
            return;
        }
        if (!isKnown(join, number)) {
            left.add(join.target());
        } else if (opensFor(join) == number) {
            Set<String> ids = causes.computeIfAbsent(join.target(), node -> new LinkedHashSet<>());
            ids.addAll(lineage.arrived().getOrDefault(join.index(), List.of()));
            sources(join).stream()
                    .filter(task -> frame.superstepOf(task) < number)
                    .forEach(task -> ids.add(task.id()));
        }
    }

    /** Whether nothing more can come to a join before a superstep. */
    private boolean isKnown(Join join, int number) {
        return join.sources().stream().noneMatch(source -> awaited.contains(source) || emptied.contains(source))
                && !awaited.contains(join.target())
                && supersteps.entrySet().stream()
                        .filter(superstep -> superstep.getKey() < number)
                        .flatMap(superstep -> superstep.getValue().stream())
                        .noneMatch(task -> task.node().equals(join.target()));
    }

    /** The superstep in which a join's target runs; 0 where some source did not come. */
    private int opensFor(Join join) {
        Set<String> seen = frame.triggers().seen().getOrDefault(join.index(), Set.of());
        Map<String, Integer> first = new TreeMap<>();
        sources(join).forEach(task -> first.merge(task.node(), frame.superstepOf(task), Math::min));
        int last = 0;
        for (String source : join.sources()) {
            if (!seen.contains(source)) {
                Integer came = first.get(source);
                if (came == null) {
                    return 0;
                }
                last = Math.max(last, came);
            }
        }
        return last + 1;
    }

    private List<Task> sources(Join join) {
        return frame.superstep().tasks().stream()
                .filter(task ->
                        task.status() == TaskStatus.DONE && join.sources().contains(task.node()))
                .toList();
    }

    private void trigger(String node, int number, Set<String> causes, Set<String> left) {
        Task task = Task.triggered(frame.prefix(), node, number);
        if (frame.superstep().find(task.id()) != null) {
            return;
        }
        if (!left.contains(node)) {
            begin(task, number, List.copyOf(causes), left);
        }
    }

    private void begin(Task task, int number, List<String> causes, Set<String> left) {
        try {
            Task begun = task.on(new Branch(number, causes, sight.behind(causes)));
            found.add(begun);
            sight.add(begun);
            supersteps.computeIfAbsent(number, ignored -> new ArrayList<>()).add(begun);
        } catch (MergeConflictException conflict) {
            // The superstep of the causes fails by the same conflict once it is over.
            left.add(task.node());
        }
    }

    /** Tasks with an input are numbered through a superstep, so those before them must be known. */
    private void hand(int number, List<Task> before, Set<String> left) {
        boolean known = uncertain.stream().noneMatch(this::mayHand)
                && before.stream().noneMatch(task -> !task.status().isSettled() && foresight.handlersHand(task.node()));
        int index = 0;
        for (Task task : before) {
            known &= task.status().isSettled() || !foresight.handing().contains(task.node());
            if (task.status() != TaskStatus.DONE) {
                continue;
            }
            for (Target target : Targets.handing(frame.ledTo(task))) {
                Task handed = Task.handed(frame.prefix(), target, number, index++);
                if (!known) {
                    left.add(target.node());
                } else if (frame.superstep().find(handed.id()) == null) {
                    begin(handed, number, List.of(task.id()), left);
                }
            }
        }
    }

    private boolean mayHand(String node) {
        return foresight.handing().contains(node) || foresight.handlersHand(node);
    }
}
