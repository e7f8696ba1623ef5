package dev.postroad.engine.run;

import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Node;
import dev.postroad.engine.run.EventBody.NodeCompleted;
import dev.postroad.engine.run.EventBody.RunPausing;
import java.util.ArrayList;
import java.util.List;

/**
 * Has a run pause where it comes to one of its breakpoints; from there on it pauses as if somebody had said so now. A run
 * without breakpoints costs one look. Confined to one decision.
 *
 * <p>In a graph of supersteps it is looked between two of them: whether the one that was closed had a task of a node to
 * pause after, or the one that follows has one of a node to pause before. Where supersteps overlap there is no such place:
 * nothing begins any more once a task of the one could, or a task of the other was completed.
 */
final class Stops {
    private final Draft draft;
    private int seen;

    Stops(Draft draft) {
        this.draft = draft;
    }

    /** Has the run pause after a task that was completed since the last look, where supersteps overlap. */
    void lookBack() {
        List<Event> events = draft.events();
        List<String> names = draft.run().breakpoints().after();
        if (names.isEmpty()) {
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
                String inside = path.substring(0, last);
                if (isEager(inside) && Breakpoints.find(names, inside, path.substring(last))) {
                    nodes.add(path);
                }
            }
        }
        if (!nodes.isEmpty()) {
            pause(new Breakpoints(List.of(), nodes));
        }
    }

    /** Whether the nodes of the graph at the end of a way start as soon as they can. */
    private boolean isEager(String inside) {
        Graph graph = draft.run().graph();
        int from = 0;
        for (int slash = inside.indexOf('/'); slash >= 0; slash = inside.indexOf('/', from)) {
            Node node = graph.nodes().get(inside.substring(from, slash));
            if (node == null || !(node.work() instanceof Node.ByGraph(Graph of))) {
                return false;
            }
            graph = of;
            from = slash + 1;
        }
        return graph.foresight() != null;
    }

    /** Has the run pause where a graph stands; false where it need not. */
    boolean hold(Frame frame) {
        Breakpoints wanted = draft.run().breakpoints();
        if (wanted.isEmpty() || !frame.mayStop() || (draft.run().pausing() != null && !isPassed(frame))) {
            return false;
        }
        String inside = path(frame.prefix());
        List<String> next = wanted.before().isEmpty() ? List.of() : pending(frame);
        List<String> closed = Eager.is(frame) ? List.of() : frame.position().closed();
        Breakpoints at = new Breakpoints(found(wanted.before(), inside, next), found(wanted.after(), inside, closed));
        return !at.isEmpty() && pause(at);
    }

    /** Whether a graph comes to its end though the run is to pause: nothing is left in it that could be held. */
    private static boolean isPassed(Frame frame) {
        return frame.superstep().isEmpty();
    }

    /** Where it is to pause already it is to be held at an end too, for its breakpoints then; false where it is already. */
    private boolean pause(Breakpoints at) {
        Phase.Pausing already = draft.run().pausing();
        if (already == null) {
            draft.emit(new RunPausing(null, at));
            return true;
        }
        if (!already.at().after().isEmpty()) {
            return false;
        }
        List<String> before = new ArrayList<>(already.at().before());
        before.addAll(at.before());
        draft.emit(new RunPausing(null, new Breakpoints(before, at.after())));
        return true;
    }

    /** The nodes of tasks that are to begin for the first time, and that nobody said to go on to yet. */
    private static List<String> pending(Frame frame) {
        return frame.superstep().tasks().stream()
                .filter(task -> task.status() == TaskStatus.PENDING && task.attempt() == 0)
                .filter(task -> !frame.allowance().passed().contains(task.id()))
                .map(Task::node)
                .toList();
    }

    private static List<String> found(List<String> names, String inside, List<String> nodes) {
        return nodes.stream()
                .filter(node -> Breakpoints.find(names, inside, node))
                .map(node -> inside + node)
                .toList();
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
