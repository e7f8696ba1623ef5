package dev.postroad.engine.run;

import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.engine.run.EventBody.NodeCompleted;
import dev.postroad.engine.run.EventBody.RunPausing;
import java.util.ArrayList;
import java.util.List;

/**
 * Has a run pause where it comes to one of its breakpoints; from there on it pauses as if somebody had said so now. A run
 * without breakpoints costs one look. Confined to one decision.
 *
 * <p>Before a node: in a graph of supersteps the superstep does not begin that has a task of it; where supersteps overlap,
 * nothing begins any more once a task of it could. After a node: a task of it was completed, so nothing begins beyond its
 * superstep, and the graph does not end either; where supersteps overlap, nothing begins any more.
 */
final class Stops {
    private final Draft draft;
    private int seen;

    Stops(Draft draft) {
        this.draft = draft;
    }

    /** Has the run pause after a node that was completed since the last look. */
    void lookBack() {
        List<Event> events = draft.events();
        if (draft.run().breakpoints().after().isEmpty()) {
            seen = events.size();
            return;
        }
        List<String> nodes = new ArrayList<>(1);
        while (seen < events.size()) {
            Event event = events.get(seen++);
            if (event.body().type().endsRun()) {
                nodes.clear();
            } else if (event.body() instanceof NodeCompleted) {
                String path = path(String.valueOf(event.task()));
                int last = path.lastIndexOf('/') + 1;
                if (Breakpoints.find(
                        draft.run().breakpoints().after(), path.substring(0, last), path.substring(last))) {
                    nodes.add(path);
                }
            }
        }
        if (!nodes.isEmpty() && draft.run().pausing() == null) {
            draft.emit(new RunPausing(null, new Breakpoints(List.of(), nodes)));
        }
    }

    /** Has the run pause before what is to begin in a graph next; false where it need not. */
    boolean holdBefore(Frame frame) {
        List<String> names = draft.run().breakpoints().before();
        if (names.isEmpty() || draft.run().pausing() != null || !frame.mayStop()) {
            return false;
        }
        String inside = path(frame.prefix());
        List<String> nodes = frame.superstep().tasks().stream()
                .filter(task -> task.status() == TaskStatus.PENDING && task.attempt() == 0)
                .filter(task -> !frame.allowance().passed().contains(task.id()))
                .map(Task::node)
                .filter(node -> Breakpoints.find(names, inside, node))
                .map(node -> inside + node)
                .toList();
        if (nodes.isEmpty()) {
            return false;
        }
        draft.emit(new RunPausing(null, new Breakpoints(nodes, List.of())));
        return true;
    }

    /** The names on the way to a task, or to a graph inside one, of its id. */
    private static String path(String id) {
        StringBuilder path = new StringBuilder(id.length());
        boolean isName = true;
        for (int i = 0; i < id.length(); i++) {
            char letter = id.charAt(i);
            isName = letter == '/' || (isName && letter != '@');
            if (isName) {
                path.append(letter);
            }
        }
        return path.toString();
    }
}
