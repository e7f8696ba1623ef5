package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Join;
import dev.postroad.engine.graph.Node;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Moves what is under way of one version of a graph into another one that {@link Misfits} finds nothing against. */
final class Relocation {
    private final Graph from;
    private final Graph into;

    private Relocation(Graph from, Graph into) {
        this.from = from;
        this.into = into;
    }

    /** The graph as it stands, with all its tasks, and those of the graphs inside. */
    static Frame of(Frame frame, Graph into) {
        return new Relocation(frame.graph(), into).moved(frame);
    }

    /** A graph that nothing is under way of. */
    static Frame of(Frame frame, Snapshot moved, Graph into) {
        return new Frame(
                into,
                frame.prefix(),
                frame.input(),
                Superstep.of(
                        frame.superstep().number(),
                        frame.prefix(),
                        Targets.triggering(moved.next()),
                        Targets.handing(moved.next())),
                Position.from(into, moved.state(), moved.triggers(), moved.last()),
                frame.allowance(),
                frame.contents().with(moved.state()));
    }

    private Frame moved(Frame frame) {
        ObjectNode state = state(frame.state());
        return new Frame(
                into,
                frame.prefix(),
                frame.input(),
                Superstep.of(
                        frame.superstep().number(),
                        frame.superstep().tasks().stream().map(this::moved).toList()),
                moved(frame.position(), state),
                frame.allowance(),
                frame.contents().with(state));
    }

    /** With the initial values of channels that are new, and without channels that are no more. */
    ObjectNode state(ObjectNode before) {
        return state(from, into, before);
    }

    static ObjectNode state(Graph from, Graph into, ObjectNode before) {
        ObjectNode state = into.initialState();
        before.properties().forEach(value -> {
            boolean isDropped = into.channel(value.getKey()) == null && isUnused(from, value.getKey(), before);
            if (!isDropped) {
                state.set(value.getKey(), value.getValue());
            }
        });
        return state;
    }

    /** Whether a channel is as it was at the start, so that nothing is lost with it. */
    private static boolean isUnused(Graph from, String channel, ObjectNode state) {
        var known = from.channels().get(channel);
        return known != null && known.initial() != null && known.initial().equals(state.get(channel));
    }

    private Task moved(Task task) {
        Branch branch = task.place().branch();
        Task there = branch == null ? task : task.on(moved(branch));
        Frame inside = Frame.inside(there);
        if (inside == null) {
            return there;
        }
        return there.with(of(
                inside,
                into.node(task.node()).work() instanceof Node.ByGraph(Graph graph)
                        ? graph
                        : ToolRound.under(into, inside.graph())));
    }

    /** Where supersteps do not overlap, all tasks see the one state. */
    private @Nullable Branch moved(Branch branch) {
        return into.foresight() == null ? null : new Branch(branch.superstep(), branch.causes(), state(branch.seen()));
    }

    private Position moved(Position position, ObjectNode state) {
        Map<Integer, Integer> joins = joins(from, into);
        return new Position(
                into.memoryless() ? Triggers.NONE : moved(position.triggers(), joins),
                position.last().stream().filter(this::isKnown).toList(),
                position.closed().stream().filter(this::isKnown).toList(),
                lineage(position.lineage(), state, joins));
    }

    private boolean isKnown(String node) {
        return node.equals(EdgeDefinition.START) || into.nodes().containsKey(node);
    }

    private @Nullable Lineage lineage(@Nullable Lineage before, ObjectNode state, Map<Integer, Integer> joins) {
        if (into.foresight() == null) {
            return null;
        }
        if (before == null) {
            return Lineage.from(state);
        }
        Map<Integer, List<String>> arrived = new HashMap<>();
        before.arrived().forEach((join, tasks) -> {
            Integer there = joins.get(join);
            if (there != null) {
                arrived.put(there, tasks);
            }
        });
        List<Task> done = before.done().stream()
                .map(task -> task.place().branch() == null
                        ? task
                        : task.on(moved(task.place().branch())))
                .toList();
        return new Lineage(state(before.base()), done, Map.copyOf(arrived));
    }

    /** The joins of one version by their numbers in the other, as far as they are there. */
    static Map<Integer, Integer> joins(Graph from, Graph into) {
        Map<Integer, Integer> joins = new HashMap<>();
        for (Join join : from.joins()) {
            into.joins().stream()
                    .filter(other -> other.target().equals(join.target())
                            && other.sources().equals(join.sources()))
                    .findFirst()
                    .ifPresent(other -> joins.put(join.index(), other.index()));
        }
        return joins;
    }

    private static Triggers moved(Triggers triggers, Map<Integer, Integer> joins) {
        Map<Integer, Set<String>> seen = new HashMap<>();
        triggers.seen().forEach((join, sources) -> {
            Integer there = joins.get(join);
            if (there != null) {
                seen.put(there, sources);
            }
        });
        Set<Integer> released = new HashSet<>();
        triggers.released().stream()
                .map(joins::get)
                .filter(java.util.Objects::nonNull)
                .forEach(released::add);
        return new Triggers(Map.copyOf(seen), Set.copyOf(released), triggers.deferred(), triggers.due());
    }
}
