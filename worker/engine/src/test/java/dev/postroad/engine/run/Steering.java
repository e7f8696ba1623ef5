package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Node;
import dev.postroad.engine.graph.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** What users may send, by chance: sense and nonsense, about versions that a run really had. */
@NullMarked
final class Steering {
    private static final int KINDS = 13;
    private static final List<WhenBusy> WHEN_BUSY = List.of(WhenBusy.values());

    private final RandomGenerator random;
    private final List<Graph> otherVersions;
    private final TreeMap<Integer, Run> versions = new TreeMap<>();

    /** @param otherVersions of the run's graph, which it may be migrated to */
    Steering(RandomGenerator random, List<Graph> otherVersions) {
        this.random = random;
        this.otherVersions = otherVersions;
    }

    void saw(Run run) {
        versions.putIfAbsent(run.version(), run);
    }

    Command.FromUser next(String id, Run run) {
        if (otherVersions.size() > 1 && random.nextInt(3) == 0) {
            return migrate(id);
        }
        return switch (random.nextInt(KINDS)) {
            case 0 -> new Command.Steer(id, new Control.Cancel("by chance"));
            case 1 -> new Command.Steer(id, new Control.Retry(random.nextBoolean()));
            case 2, 3 -> new Command.Steer(id, new Control.Pause());
            case 4 -> new Command.Steer(id, new Control.Unpause());
            case 5 -> new Command.Resume(id, answers(run), maybe(update()), targets(run));
            case 6 ->
                new Command.Steer(id, new Control.Continue(update(), WHEN_BUSY.get(random.nextInt(WHEN_BUSY.size()))));
            case 7 -> new Command.UpdateState(id, update(), asNode(run), maybe(version()));
            case 8 -> new Command.Rollback(id, version(), random.nextBoolean());
            case 9 -> new Command.Fork(id, version(), id + "-fork", maybe(update()), asNode(run), run.graph());
            case 10 -> new Command.Refuse(id, "rollback", "no such version");
            case 11 -> migrate(id);
            case 12 -> new Command.Steer(id, new Control.Pause(breakpoints(run.graph(), random)));
            default -> throw new AssertionError();
        };
    }

    /** Nodes of a graph, and of graphs inside it, to pause at; perhaps none, seldom all. */
    static Breakpoints breakpoints(Graph graph, RandomGenerator random) {
        List<String> before = new ArrayList<>();
        List<String> after = new ArrayList<>();
        add(graph, "", random, before);
        add(graph, "", random, after);
        return new Breakpoints(before, after);
    }

    private static void add(Graph graph, String inside, RandomGenerator random, List<String> names) {
        if (random.nextInt(8) == 0) {
            names.add(inside + Breakpoints.ALL);
        }
        for (Node node : graph.nodes().values()) {
            if (random.nextInt(4) == 0) {
                names.add(inside + node.name());
            }
            if (node.work() instanceof Node.ByGraph(Graph other)) {
                add(other, inside + node.name() + "/", random, names);
            }
        }
    }

    private Command.Migrate migrate(String id) {
        return new Command.Migrate(id, otherVersions.get(random.nextInt(otherVersions.size())));
    }

    private Run version() {
        List<Run> all = new ArrayList<>(versions.values());
        return all.get(random.nextInt(all.size()));
    }

    private ObjectNode update() {
        ObjectNode update = JsonNodeFactory.instance.objectNode();
        return switch (random.nextInt(4)) {
            case 0 -> update;
            case 1 -> update.put("no such channel", 1);
            default -> update.put("total", random.nextInt(10));
        };
    }

    private <T> @Nullable T maybe(T value) {
        return random.nextBoolean() ? value : null;
    }

    private @Nullable String asNode(Run run) {
        List<String> names = new ArrayList<>(run.graph().nodes().keySet());
        names.addAll(List.of("START", "END", "nobody"));
        return maybe(names.get(random.nextInt(names.size())));
    }

    private Map<String, JsonNode> answers(Run run) {
        Map<String, JsonNode> answers = new HashMap<>();
        for (Interrupt interrupt : run.interrupts()) {
            if (random.nextBoolean()) {
                answers.put(interrupt.id(), JsonNodeFactory.instance.numberNode(random.nextInt(9)));
            }
        }
        if (answers.isEmpty() && random.nextInt(4) == 0) {
            answers.put(Command.Resume.ONLY, JsonNodeFactory.instance.textNode("yes"));
        }
        return answers;
    }

    private List<Target> targets(Run run) {
        if (random.nextInt(4) > 0) {
            return List.of();
        }
        List<String> nodes = new ArrayList<>(run.graph().nodes().keySet());
        return List.of(Target.of(random.nextInt(5) == 0 ? "nobody" : nodes.get(random.nextInt(nodes.size()))));
    }
}
