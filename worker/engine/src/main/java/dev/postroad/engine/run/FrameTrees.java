package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Node;
import dev.postroad.engine.graph.PublishedGraphs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Graphs on their way as JSON, with all their tasks and the graphs inside of them, and back. */
final class FrameTrees {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private FrameTrees() {}

    static ObjectNode tree(Frame frame) {
        ObjectNode tree = NODES.objectNode();
        tree.set("input", frame.input());
        tree.set("state", frame.state());
        tree.put("superstep", frame.superstep().number());
        ArrayNode tasks = tree.putArray("tasks");
        frame.superstep().tasks().forEach(task -> tasks.add(tree(task)));
        tree.put("spent", frame.allowance().spent());
        tree.set(
                "remembered",
                Trees.tree(new Snapshot(
                        NODES.objectNode(),
                        List.of(),
                        frame.triggers(),
                        frame.position().last())));
        Trees.putTexts(tree, "closed", frame.position().closed());
        tree.put("cleared", frame.allowance().cleared())
                .put("mostBytes", frame.contents().mostBytes());
        Trees.putTexts(tree, "passed", new TreeSet<>(frame.allowance().passed()));
        tree.putArray("written").addAll(frame.contents().written());
        Lineage lineage = frame.position().lineage();
        if (lineage != null) {
            tree.set("lineage", tree(lineage));
        }
        return tree;
    }

    static Frame frame(Graph graph, PublishedGraphs graphs, String prefix, JsonNode tree) {
        List<Task> tasks = new ArrayList<>();
        Trees.present(tree, "tasks").forEach(task -> tasks.add(task(graph, graphs, task)));
        Snapshot remembered = Trees.snapshot(Trees.object(tree, "remembered"));
        return new Frame(
                graph,
                prefix,
                Trees.object(tree, "input"),
                Superstep.of(Trees.present(tree, "superstep").intValue(), tasks),
                new Position(
                        remembered.triggers(),
                        remembered.last(),
                        List.copyOf(Trees.texts(tree, "closed")),
                        tree.has("lineage") ? lineage(graph, graphs, tree.get("lineage")) : null),
                new Allowance(
                        Trees.present(tree, "spent").intValue(),
                        Trees.present(tree, "cleared").intValue(),
                        Set.copyOf(Trees.texts(tree, "passed"))),
                new Contents(
                        Trees.object(tree, "state"),
                        Trees.present(tree, "mostBytes").longValue(),
                        objects(tree, "written")));
    }

    private static ObjectNode tree(Lineage lineage) {
        ObjectNode tree = NODES.objectNode();
        tree.set("base", lineage.base());
        ArrayNode done = tree.putArray("done");
        lineage.done().forEach(task -> done.add(tree(task)));
        ObjectNode arrived = tree.putObject("arrived");
        new TreeMap<>(lineage.arrived()).forEach((join, tasks) -> Trees.putTexts(arrived, join.toString(), tasks));
        return tree;
    }

    private static Lineage lineage(Graph graph, PublishedGraphs graphs, JsonNode tree) {
        List<Task> done = new ArrayList<>();
        Trees.present(tree, "done").forEach(task -> done.add(task(graph, graphs, task)));
        ObjectNode arrived = Trees.object(tree, "arrived");
        Map<Integer, List<String>> tasks = new HashMap<>();
        arrived.fieldNames()
                .forEachRemaining(join -> tasks.put(Integer.valueOf(join), List.copyOf(Trees.texts(arrived, join))));
        return new Lineage(Trees.object(tree, "base"), List.copyOf(done), Map.copyOf(tasks));
    }

    private static ObjectNode tree(Task task) {
        ObjectNode tree = NODES.objectNode()
                .put("id", task.id())
                .put("node", task.node())
                .put("status", task.status().name())
                .put("attempt", task.attempt())
                .put("spent", task.spent())
                .put("index", task.place().index());
        setIfThere(tree, "input", task.place().input());
        if (task.place().error() != null) {
            EventCodec.put(tree.putObject("handles"), task.place().error());
        }
        Branch branch = task.place().branch();
        if (branch != null) {
            ObjectNode own = tree.putObject("branch").put("superstep", branch.superstep());
            Trees.putTexts(own, "causes", branch.causes());
            own.set("seen", branch.seen());
        }
        if (task.dueAt() != null) {
            tree.put("dueAt", task.dueAt().toString());
        }
        if (task.waitsFor() != null) {
            tree.put("waitsFor", task.waitsFor());
        }
        if (task.dispatch() != null) {
            tree.set("dispatched", Trees.tree(task.dispatch()));
        }
        if (task.doubtful() > 0) {
            tree.put("doubtful", task.doubtful());
        }
        tree.putArray("writes").addAll(task.writes());
        Trees.put(tree, "next", task.next());
        if (task.interrupt() != null) {
            tree.set("interrupt", InterruptTrees.tree(task.interrupt()));
        }
        tree.putArray("answers").addAll(task.answers());
        if (task.failure() != null) {
            EventCodec.put(tree.putObject("failure"), task.failure());
        }
        Frame inside = Frame.inside(task);
        if (inside != null) {
            tree.set("inside", tree(inside));
        }
        return tree;
    }

    private static Task task(Graph graph, PublishedGraphs graphs, JsonNode tree) {
        String id = Trees.text(tree, "id");
        String node = Trees.text(tree, "node");
        List<JsonNode> answers = new ArrayList<>();
        Trees.present(tree, "answers").forEach(answers::add);
        return new Task(
                id,
                node,
                new Task.Place(
                        Trees.present(tree, "index").intValue(),
                        tree.get("input"),
                        error(tree, "handles"),
                        tree.has("branch") ? branch(tree.get("branch")) : null),
                TaskStatus.valueOf(Trees.text(tree, "status")),
                Trees.present(tree, "attempt").intValue(),
                Trees.present(tree, "spent").intValue(),
                tree.has("dueAt") ? Instant.parse(Trees.text(tree, "dueAt")) : null,
                tree.path("waitsFor").textValue(),
                objects(tree, "writes"),
                Trees.targets(tree, "next"),
                tree.has("interrupt") ? InterruptTrees.interrupt(tree.get("interrupt")) : null,
                List.copyOf(answers),
                error(tree, "failure"),
                tree.has("inside")
                        ? frame(inside(graph, node, answers, graphs), graphs, id + "/", tree.get("inside"))
                        : null,
                Trees.dispatch(tree),
                tree.path("doubtful").intValue());
    }

    private static Branch branch(JsonNode tree) {
        return new Branch(
                Trees.present(tree, "superstep").intValue(),
                List.copyOf(Trees.texts(tree, "causes")),
                Trees.object(tree, "seen"));
    }

    private static Graph inside(Graph graph, String node, List<JsonNode> answers, PublishedGraphs graphs) {
        Node found = Objects.requireNonNull(graph.nodes().get(node), () -> "the graph has no node " + node);
        return switch (found.work()) {
            case Node.ByGraph(Graph inside) -> inside;
            case Node.ByAgent _ -> ToolRound.graph(graph, ToolRound.calls(answers.getLast(), graphs));
            case Node.BySet _, Node.ByInterrupt _, Node.BySleep _ ->
                throw new IllegalStateException("node " + node + " has no graph inside");
        };
    }

    private static @Nullable RunError error(JsonNode tree, String name) {
        return tree.has(name) ? EventCodec.error(tree.get(name)) : null;
    }

    private static List<ObjectNode> objects(JsonNode tree, String name) {
        List<ObjectNode> objects = new ArrayList<>();
        Trees.present(tree, name).forEach(part -> objects.add((ObjectNode) part));
        return List.copyOf(objects);
    }

    private static void setIfThere(ObjectNode tree, String name, @Nullable JsonNode value) {
        if (value != null) {
            tree.set(name, value);
        }
    }
}
