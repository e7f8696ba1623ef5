package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Shown;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Node;
import dev.postroad.engine.graph.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Finds all that is under way of one version of a graph and has no place in another. Confined to one look. */
final class Misfits {
    private final Frame frame;
    private final Graph into;
    private final List<String> faults;
    private final String where;

    private Misfits(Frame frame, Graph into, List<String> faults) {
        this.frame = frame;
        this.into = into;
        this.faults = faults;
        this.where = frame.isInside() ? "in " + frame.owner() + ": " : "";
    }

    /** Everything, for people; a list of its own. */
    static List<String> of(Frame frame, Graph into) {
        List<String> faults = new ArrayList<>();
        new Misfits(frame, into, faults).find();
        return faults;
    }

    private void find() {
        state(frame.state());
        frame.superstep().tasks().forEach(this::task);
        joins();
        deferred();
        overlap();
    }

    private void add(String fault) {
        String said = where + fault;
        if (!faults.contains(said)) {
            faults.add(said);
        }
    }

    private void state(ObjectNode state) {
        ObjectNode there = Relocation.state(frame.graph(), into, state);
        String refusal = into.refusalOfState(there);
        if (refusal != null) {
            add(refusal);
        }
        long bytes = JsonSizes.of(there);
        if (bytes > into.limits().stateBytes()) {
            add("the state takes " + bytes + " bytes, and limits.stateBytes is "
                    + into.limits().stateBytes());
        }
        Lineage lineage = frame.position().lineage();
        if (lineage != null) {
            lineage.done().forEach(this::writes);
        }
    }

    private void task(Task task) {
        Node there = into.nodes().get(task.node());
        if (there == null) {
            add("it has no node " + Shown.name(task.node()) + ", and " + lost(task));
            return;
        }
        if (task.status() == TaskStatus.DONE) {
            writes(task);
            targets(task);
        }
        Node here = frame.graph().node(task.node());
        if (mustStayOfItsKind(task) && !kind(here).equals(kind(there))) {
            add("node " + Shown.name(task.node()) + " is " + kind(there) + " there, and here " + kind(here) + ", and "
                    + lost(task));
        } else if (there.work() instanceof Node.ByGraph(Graph graph)) {
            inside(task, graph);
        }
        if (!task.status().isSettled()) {
            element(task, here, there);
            handler(task);
        }
    }

    private void inside(Task task, Graph graph) {
        Frame inside = Frame.inside(task);
        if (inside == null) {
            return;
        }
        if (graph.name().equals(inside.graph().name())) {
            new Misfits(inside, graph, faults).find();
        } else {
            add("node " + Shown.name(task.node()) + " has graph " + Shown.name(graph.name()) + " inside there, and "
                    + lost(task));
        }
    }

    private static boolean mustStayOfItsKind(Task task) {
        return switch (task.status()) {
            case RUNNING, DISPATCHED, BACKING_OFF, ASKING, SLEEPING -> true;
            case PENDING, FAILED, EXHAUSTED, CANCELLED -> !task.answers().isEmpty();
            case DONE, HANDLED -> false;
        };
    }

    private static String kind(Node node) {
        return switch (node.work()) {
            case Node.ByAgent _ -> "an agent";
            case Node.BySet _ -> "a set";
            case Node.ByInterrupt _ -> "an interrupt";
            case Node.BySleep _ -> "a sleep";
            case Node.ByGraph _ -> "a graph";
        };
    }

    private static String lost(Task task) {
        String id = "task " + task.id();
        return switch (task.status()) {
            case PENDING -> id + " is to run next";
            case RUNNING, DISPATCHED, BACKING_OFF -> id + " is under way";
            case ASKING -> "the question of " + id + " is open";
            case SLEEPING -> id + " waits";
            case DONE, HANDLED -> id + " is done, and what follows it would be lost";
            case FAILED, EXHAUSTED, CANCELLED -> id + " could not be retried";
        };
    }

    private void writes(Task task) {
        for (ObjectNode writes : task.writes()) {
            String refusal = into.refusal(writes);
            if (refusal != null) {
                add("what task " + task.id() + " wrote has no place: " + refusal);
            }
        }
    }

    private void targets(Task task) {
        List<Target> next = Objects.requireNonNullElse(task.next(), List.of());
        Set<String> gone = new TreeSet<>();
        next.stream()
                .map(Target::node)
                .filter(node -> !into.nodes().containsKey(node))
                .forEach(gone::add);
        if (!gone.isEmpty()) {
            add("it has no node " + Shown.names(gone) + ", which task " + task.id() + " leads to");
        }
    }

    /** What a task was handed under a name that its node takes no more would be out of its sight. */
    private void element(Task task, Node here, Node there) {
        JsonNode input = task.place().input();
        if (input == null) {
            return;
        }
        for (String name : new TreeSet<>(here.elementNames())) {
            if (input.has(name) && !there.elementNames().contains(name)) {
                add("task " + task.id() + " was handed " + Shown.name(name) + ", and node " + Shown.name(task.node())
                        + " is handed nothing of that name there");
            }
        }
    }

    /** The node that takes over where nobody answers. */
    private void handler(Task task) {
        Interrupt interrupt = task.interrupt();
        JsonNode handler = interrupt == null ? null : interrupt.asking().onTimeout();
        if (handler != null
                && handler.isTextual()
                && frame.graph().nodes().containsKey(handler.textValue())
                && !into.nodes().containsKey(handler.textValue())) {
            add("it has no node " + Shown.name(handler.textValue()) + ", which takes over where nobody answers task "
                    + task.id());
        }
    }

    private void joins() {
        Map<Integer, Integer> there = Relocation.joins(frame.graph(), into);
        frame.triggers().seen().forEach((index, came) -> {
            if (!there.containsKey(index)) {
                var join = frame.graph().joins().get(index);
                add("the join of " + Shown.names(new TreeSet<>(join.sources())) + " into "
                        + Shown.name(join.target()) + " is not there, and " + Shown.names(new TreeSet<>(came))
                        + " came to it already");
            }
        });
    }

    private void deferred() {
        for (String node : new TreeSet<>(frame.triggers().deferred())) {
            Node there = into.nodes().get(node);
            if (there == null || !there.defer()) {
                add("node " + Shown.name(node) + " is not there, or not deferred, and was triggered already");
            }
        }
    }

    /** Only a graph whose nodes start as soon as they can has a place for tasks that ran ahead. */
    private void overlap() {
        boolean isAhead = frame.superstep().tasks().stream()
                .anyMatch(task -> task.superstep() > frame.superstep().number());
        if (isAhead && into.foresight() == null) {
            add("tasks of later supersteps have begun already, and it takes one superstep after the other");
        }
    }
}
