package dev.postroad.engine.run;

import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many tasks a run may have at once: a fan-out whose tasks fan out again would soon take the memory of its worker,
 * and after that of the next. It is looked at where tasks are handed an input, as all others are bounded by the nodes
 * of the graph; each graph has its own limit, and that of the run holds over all those inside.
 */
final class TaskLimit {
    private TaskLimit() {}

    /** Why a task of a graph must not lead there; null where it may. */
    static @Nullable RunError beyond(Run run, Frame frame, @Nullable List<Target> next) {
        int handed = Targets.handed(next);
        if (handed == 0) {
            return null;
        }
        Superstep superstep = frame.superstep();
        // Where supersteps overlap, what was handed on before is among the tasks already.
        long here = Eager.is(frame) ? superstep.withThoseInside() + handed : superstep.handedOn() + handed;
        RunError inFrame = beyond(frame.graph(), here);
        return inFrame != null || !frame.isInside() ? inFrame : beyond(run.graph(), around(run, frame) + here);
    }

    /** Why a task of a graph must not call so many tools at once; null where it may. */
    static @Nullable RunError beyond(Run run, int tools) {
        return beyond(run.graph(), run.root().superstep().withThoseInside() - 1 + tools);
    }

    /** Refuses to begin a graph with more tasks than it may have. */
    static void check(Graph graph, @Nullable List<Target> next) throws RefusedException {
        RunError beyond = beyond(graph, Targets.handed(next));
        if (beyond != null) {
            throw new RefusedException(beyond.type(), beyond.message());
        }
    }

    /** As {@link #check(Graph, List)}, of a graph inside a task. */
    static void checkInside(Run run, Graph inside, @Nullable List<Target> next) throws RefusedException {
        check(inside, next);
        int handed = Targets.handed(next);
        // The task itself counts no more once others are inside.
        long others = run.root().superstep().withThoseInside() - 1;
        RunError beyond = handed == 0 ? null : beyond(run.graph(), others + handed);
        if (beyond != null) {
            throw new RefusedException(beyond.type(), beyond.message());
        }
    }

    private static long around(Run run, Frame frame) {
        return run.root().superstep().withThoseInside() - frame.superstep().withThoseInside();
    }

    private static @Nullable RunError beyond(Graph graph, long tasks) {
        int limit = graph.limits().tasks();
        return tasks <= limit
                ? null
                : new RunError(
                        RunError.TASKS,
                        "this leads to " + tasks + " tasks at once; lead to fewer, in turns or in portions, or raise"
                                + " limits.tasks of graph " + graph.name() + ", which is " + limit,
                        null);
    }
}
