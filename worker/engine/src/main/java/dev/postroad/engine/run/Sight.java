package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.engine.expression.Budget;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What tasks see in a graph whose nodes start as soon as they can: the writes of the tasks that led to them, and of those
 * that led to these, superstep by superstep in merge order; so never what merely happened to be done already. Confined
 * to one change of a {@link Frame}.
 */
final class Sight {
    private final Frame frame;
    private final Lineage lineage;
    private final Map<String, Task> tasks = new HashMap<>();

    Sight(Frame frame, Lineage lineage) {
        this.frame = frame;
        this.lineage = lineage;
        lineage.done().forEach(this::add);
        frame.superstep().tasks().forEach(this::add);
    }

    /** Has a further task among those that may be causes. */
    void add(Task task) {
        tasks.put(task.id(), task);
    }

    /** What a task sees that these led to. */
    ObjectNode behind(List<String> causes) throws MergeConflictException {
        Task only = causes.size() == 1 ? tasks.get(causes.getFirst()) : null;
        return only == null ? merged(lineage.base(), past(causes)) : merged(seenBy(only), List.of(only));
    }

    private ObjectNode seenBy(Task task) {
        Branch branch = task.place().branch();
        return branch == null ? frame.state() : branch.seen();
    }

    /** The tasks that led to one that has these causes, in merge order, as far as they are remembered. */
    List<Task> past(List<String> causes) {
        Map<String, Task> past = new HashMap<>();
        Deque<String> open = new ArrayDeque<>(causes);
        while (!open.isEmpty()) {
            Task task = tasks.get(open.pop());
            if (task != null
                    && past.put(task.id(), task) == null
                    && task.place().branch() != null) {
                open.addAll(task.place().branch().causes());
            }
        }
        return past.values().stream().sorted(Superstep.MERGE_ORDER).toList();
    }

    private ObjectNode merged(ObjectNode base, List<Task> past) throws MergeConflictException {
        return merged(frame, base, past);
    }

    /** Applies what tasks wrote, given in merge order, superstep by superstep. */
    static ObjectNode merged(Frame frame, ObjectNode base, List<Task> tasks) throws MergeConflictException {
        ObjectNode state = base;
        for (int from = 0, to; from < tasks.size(); from = to) {
            int superstep = tasks.get(from).superstep();
            List<Merge.Source> sources = new ArrayList<>();
            for (to = from; to < tasks.size() && tasks.get(to).superstep() == superstep; to++) {
                sources.add(new Merge.Source(tasks.get(to).node(), tasks.get(to).writes()));
            }
            state = Merge.apply(frame.graph(), state, sources, Budget.ofReplay());
        }
        return state;
    }
}
