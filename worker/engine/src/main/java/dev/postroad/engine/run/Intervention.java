package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Target;
import dev.postroad.engine.run.Triggers.Fired;
import dev.postroad.engine.run.Triggers.Following;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What is done to a graph from outside, in place of its own next step. */
final class Intervention {
    private Intervention() {}

    /** As if what is done were all there is: its writes are in the state, what else was to run is forgotten. */
    static Frame settled(Frame frame) {
        List<Task> done = frame.doneTasks();
        List<Fired> fired = new ArrayList<>(done.size());
        for (Task task : done) {
            fired.add(new Fired(task.node(), Targets.triggering(frame.ledTo(task))));
        }
        List<String> ran =
                done.stream().filter(Task::isTriggered).map(Task::node).toList();
        Position from = frame.position();
        Triggers left = done.isEmpty()
                ? from.triggers()
                : from.triggers().after(frame.graph(), ran, fired).triggers();
        return frame.with(
                new Position(
                        Eager.is(frame) ? Eager.settled(frame) : left,
                        ran.isEmpty() ? from.last() : ran,
                        from.closed(),
                        from.lineage()),
                new Contents(
                        frame.stateSoFar(),
                        frame.contents().mostBytes(),
                        frame.contents().written()));
    }

    /**
     * The state was changed in the name of a node: its successors follow, and those of what is done beside it, in place
     * of what was to come.
     */
    static Frame updated(Frame frame, String node, ObjectNode merged, List<Target> chosen) {
        Graph graph = frame.graph();
        Superstep superstep = frame.superstep();
        if (node.equals(EdgeDefinition.END)) {
            Triggers left = frame.triggers().usedUp(graph, superstep.triggeredNodes());
            return moved(
                    frame,
                    merged,
                    Superstep.of(superstep.following(), frame.prefix(), List.of(), List.of()),
                    left,
                    frame.position().last());
        }
        List<Target> targets = Targets.of(
                node.equals(EdgeDefinition.START)
                        ? graph.entry().always()
                        : Objects.requireNonNull(graph.routes().get(node)).always(),
                chosen);
        List<Fired> fired = new ArrayList<>(List.of(new Fired(node, Targets.triggering(targets))));
        List<Target> all = new ArrayList<>(targets);
        for (Task done : frame.doneTasks()) {
            if (!done.node().equals(node)) {
                // Of what ran ahead, joins have been told already.
                List<Target> led = Eager.is(frame) ? Eager.stillToCome(frame, done) : frame.ledTo(done);
                fired.add(new Fired(Eager.is(frame) ? "" : done.node(), Targets.triggering(led)));
                all.addAll(led);
            }
        }
        Following following = frame.triggers().after(graph, List.of(), Targets.withEmptied(fired, all));
        return moved(
                frame,
                merged,
                Superstep.of(superstep.following(), frame.prefix(), following.nodes(), Targets.handing(all)),
                following.triggers(),
                frame.position().last());
    }

    private static Frame moved(Frame frame, ObjectNode state, Superstep next, Triggers left, List<String> last) {
        return new Frame(
                frame.graph(),
                frame.prefix(),
                frame.input(),
                next,
                Position.from(frame.graph(), state, left, last),
                Allowance.from(frame.superstep().following()),
                frame.contents().with(state));
    }

    /** As it was at an earlier version; its tasks get new ids, for they are other calls. */
    static Frame at(Frame frame, Snapshot snapshot) {
        List<Target> targets = snapshot.next();
        Superstep next = Superstep.of(
                frame.superstep().following(), frame.prefix(), Targets.triggering(targets), Targets.handing(targets));
        return moved(frame, snapshot.state(), next, snapshot.triggers(), snapshot.last());
    }

    /** Begins in place of an empty state with another one, and what follows that. */
    static Frame begunWith(Frame frame, ObjectNode input, Snapshot base) {
        Frame begun = at(frame, base);
        return new Frame(
                begun.graph(),
                begun.prefix(),
                input,
                begun.superstep(),
                begun.position(),
                begun.allowance(),
                begun.contents());
    }

    /** Somebody answers a run that had stopped: interrupts are over, and the supersteps count anew. */
    static Frame resumed(Frame frame) {
        return inEach(frame, each -> each.with(Allowance.from(each.superstep().number())));
    }

    /** A run goes on after it had stopped: the supersteps count anew, and whom an interrupt asks is asked still. */
    static Frame begunAnew(Frame frame) {
        return inEach(frame, each -> {
            Allowance anew = Allowance.from(each.superstep().number());
            return each.with(each.isHeld() ? anew.past(each.allowance().cleared(), Set.of()) : anew);
        });
    }

    /** A run goes on past the breakpoints that it stands at, here and inside; an interrupt of a graph is for somebody else. */
    static Frame pastStops(Frame frame) {
        return inEach(frame, each -> each.isHeld() ? each : each.pastStops());
    }

    private static Frame inEach(Frame frame, UnaryOperator<Frame> change) {
        Frame changed = change.apply(frame);
        for (Task task : frame.superstep().tasks()) {
            Frame inside = Frame.inside(task);
            if (inside != null) {
                changed = changed.with(task.with(inEach(inside, change)));
            }
        }
        return changed;
    }

    /**
     * The state is changed from outside, and further targets join the superstep.
     *
     * @param update what was written; null for nothing
     */
    static Frame joinedBy(Frame frame, ObjectNode merged, @Nullable ObjectNode update, List<Target> targets) {
        return Eager.is(frame) && update != null
                ? joinedBy(Eager.updated(frame, update), merged, targets)
                : joinedBy(frame, merged, targets);
    }

    private static Frame joinedBy(Frame frame, ObjectNode merged, List<Target> targets) {
        Superstep superstep = frame.superstep();
        List<Task> tasks = new ArrayList<>();
        Triggers left = frame.triggers();
        int index = (int) frame.current().tasks().stream()
                .filter(task -> !task.isTriggered())
                .count();
        for (Target target : targets) {
            if (target.input() != null) {
                tasks.add(Task.handed(frame.prefix(), target, superstep.number(), index++));
            } else if (frame.graph().node(target.node()).defer()) {
                left = left.deferring(target.node());
            } else {
                tasks.add(Task.triggered(frame.prefix(), target.node(), superstep.number()));
            }
        }
        if (Eager.is(frame)) {
            tasks.replaceAll(task -> task.on(new Branch(superstep.number(), List.of(), merged)));
        }
        return frame.with(superstep.plus(tasks))
                .with(frame.position().with(left), frame.contents().with(merged));
    }
}
