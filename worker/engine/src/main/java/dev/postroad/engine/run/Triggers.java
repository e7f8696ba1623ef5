package dev.postroad.engine.run;

import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Join;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What a graph remembers of one superstep for a later one: which sources its joins have seen, and which deferred nodes
 * wait. The rules are those of LangGraph's channels ({@code NamedBarrierValue}, {@code LastValueAfterFinish} and their
 * kin) and of {@code apply_writes} in its {@code pregel/_algo.py}. Immutable.
 *
 * @param seen the sources that each join has seen since its target last ran, by the join's index
 * @param released the joins into deferred nodes that are open and may let them run, by index
 * @param deferred the deferred nodes that were triggered
 * @param due those of them that may run
 */
public record Triggers(Map<Integer, Set<String>> seen, Set<Integer> released, Set<String> deferred, Set<String> due) {
    static final Triggers NONE = new Triggers(Map.of(), Set.of(), Set.of(), Set.of());

    /** A node that is done, and the nodes that it triggers. */
    record Fired(String source, Collection<String> targets) {}

    /** The triggered nodes of the next superstep, and what is remembered for those after it. */
    record Following(Set<String> nodes, Triggers triggers) {}

    /**
     * What follows a superstep.
     *
     * @param ran the triggered nodes that ran; they use up what triggered them
     * @param fired what is done
     */
    Following after(Graph graph, Collection<String> ran, List<Fired> fired) {
        if (graph.memoryless()) {
            Set<String> nodes = new LinkedHashSet<>();
            fired.forEach(done -> nodes.addAll(done.targets()));
            return new Following(nodes, NONE);
        }
        return new Change(graph, this).after(ran, fired);
    }

    /** Without what triggered these nodes. */
    Triggers usedUp(Graph graph, Collection<String> nodes) {
        if (graph.memoryless()) {
            return this;
        }
        Change change = new Change(graph, this);
        change.useUp(nodes);
        return change.result();
    }

    /** With a deferred node triggered. */
    Triggers deferring(String node) {
        Change change = new Change(null, this);
        change.defer(node);
        return change.result();
    }

    /** The joins that some of their sources came to, and others did not. */
    List<EventBody.OpenJoin> openJoins(Graph graph) {
        List<EventBody.OpenJoin> open = new ArrayList<>();
        for (Join join : graph.joins()) {
            Set<String> came = seen.get(join.index());
            if (came != null && !came.containsAll(join.sources())) {
                open.add(new EventBody.OpenJoin(
                        join.target(),
                        join.sources().stream()
                                .filter(source -> !came.contains(source))
                                .sorted()
                                .toList()));
            }
        }
        return open;
    }

    private static final class Change {
        private final @org.jspecify.annotations.Nullable Graph graph;
        private final Map<Integer, Set<String>> seen;
        private final Set<Integer> released;
        private final Set<String> deferred;
        private final Set<String> due;

        Change(@org.jspecify.annotations.Nullable Graph graph, Triggers before) {
            this.graph = graph;
            this.seen = new HashMap<>(before.seen);
            this.released = new HashSet<>(before.released);
            this.deferred = new HashSet<>(before.deferred);
            this.due = new HashSet<>(before.due);
        }

        Triggers result() {
            return new Triggers(Map.copyOf(seen), Set.copyOf(released), Set.copyOf(deferred), Set.copyOf(due));
        }

        void useUp(Collection<String> nodes) {
            for (String node : nodes) {
                if (due.remove(node)) {
                    deferred.remove(node);
                }
                for (Join join : graph().joins()) {
                    if (join.target().equals(node) && mayRun(join)) {
                        seen.remove(join.index());
                        released.remove(join.index());
                    }
                }
            }
        }

        void defer(String node) {
            deferred.add(node);
            due.remove(node);
        }

        Following after(Collection<String> ran, List<Fired> fired) {
            useUp(ran);
            Set<String> triggered = new LinkedHashSet<>();
            for (Fired done : fired) {
                for (String target : done.targets()) {
                    if (graph().node(target).defer()) {
                        defer(target);
                    } else {
                        triggered.add(target);
                    }
                }
                triggered.addAll(arrive(done.source()));
            }
            if (triggered.isEmpty()) {
                release();
            }
            triggered.addAll(due);
            graph().joins().stream().filter(this::mayRun).map(Join::target).forEach(triggered::add);
            return new Following(triggered, result());
        }

        /** Tells the joins of a source; gives the nodes that this lets run at once. */
        private List<String> arrive(String source) {
            return graph().joinsOf().getOrDefault(source, List.of()).stream()
                    .filter(join -> {
                        Set<String> sources = new HashSet<>(seen.getOrDefault(join.index(), Set.of()));
                        boolean news = sources.add(source);
                        seen.put(join.index(), Set.copyOf(sources));
                        return news && mayRun(join);
                    })
                    .map(Join::target)
                    .toList();
        }

        /** Nobody else is triggered, so what was deferred may run. */
        private void release() {
            due.addAll(deferred);
            graph().joins().stream().filter(this::isOpen).map(Join::index).forEach(released::add);
        }

        private boolean isOpen(Join join) {
            return seen.getOrDefault(join.index(), Set.of()).equals(join.sources());
        }

        private boolean mayRun(Join join) {
            return isOpen(join) && (!graph().node(join.target()).defer() || released.contains(join.index()));
        }

        private Graph graph() {
            return Objects.requireNonNull(graph);
        }
    }
}
