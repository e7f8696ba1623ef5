package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.definition.ChannelDefinition;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.definition.Interrupts;
import dev.postroad.contracts.definition.Limits;
import dev.postroad.contracts.definition.NodeDefinition;
import dev.postroad.contracts.definition.NodeGuardSettings;
import dev.postroad.contracts.definition.OnExhausted;
import dev.postroad.contracts.definition.QueueSettings;
import dev.postroad.contracts.definition.Reducer;
import dev.postroad.contracts.definition.RetrySettings;
import dev.postroad.contracts.definition.Scheduling;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.GraphCompiler;
import dev.postroad.engine.graph.Library;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * A sound graph by chance: up to nine nodes by agent or expression, in layers, with joins, branches, and loops that a
 * counter ends. Names are dealt at random, so that the order of declaration is not the order of merging.
 */
@NullMarked
final class RandomGraph {
    static final String INSIDE = """
            graph: inside
            state: { log: { reducer: append }, total: { reducer: sum }, own: { reducer: append } }
            nodes:
              first: { agent: x, output: "{'log': [result.text], 'total': result.n, 'own': [result.n]}" }
              second: { agent: x, output: "{'log': [result.text], 'own': [result.n]}" }
              third: { set: "{'log': [string(size(state.own))]}" }
            edges:
              - { from: START, to: [first, second] }
              - { from: [first, second], to: third }
              - { from: third, when: "state.total % 3 == 0 && run.superstep < 6", to: first }
              - { from: third, otherwise: true, to: END }
            """;

    private static final int MOST_NODES = 9;

    private final RandomGenerator random;
    private final List<String> names = new ArrayList<>();
    private final Map<String, ChannelDefinition> channels = new LinkedHashMap<>();
    private final Map<String, NodeDefinition> nodes = new LinkedHashMap<>();
    private final List<EdgeDefinition> edges = new ArrayList<>();

    private RandomGraph(RandomGenerator random) {
        this.random = random;
    }

    /** A version of a graph that was made here. */
    static Graph compiled(GraphDefinition definition, int version) {
        try {
            return GraphCompiler.compile(definition, version, new Inside());
        } catch (FaultsException unsound) {
            throw new AssertionError("an unsound graph was made", unsound);
        }
    }

    static Graph of(RandomGenerator random) {
        try {
            return GraphCompiler.compile(new RandomGraph(random).definition(), 1, new Inside());
        } catch (FaultsException unsound) {
            throw new AssertionError("the generator of graphs made an unsound one", unsound);
        }
    }

    /** As {@link #of}, where nodes start as soon as they can. */
    static Graph eager(RandomGenerator random) {
        GraphDefinition steps = new RandomGraph(random).definition();
        try {
            return GraphCompiler.compile(
                    new GraphDefinition(
                            steps.name(),
                            steps.version(),
                            steps.channels(),
                            steps.nodes(),
                            steps.edges(),
                            steps.limits(),
                            steps.queue(),
                            steps.budget(),
                            Scheduling.EAGER,
                            steps.interruptBefore(),
                            steps.interruptAfter(),
                            steps.source()),
                    1,
                    new Inside());
        } catch (FaultsException unsound) {
            throw new AssertionError("the generator of graphs made an unsound one", unsound);
        }
    }

    static GraphDefinition definition(RandomGenerator random) {
        return new RandomGraph(random).definition();
    }

    /** Any agent, and one graph to have inside. */
    private static final class Inside implements Library {
        @Override
        public boolean hasAgent(String name) {
            return true;
        }

        @Override
        public Graph graph(String name, @Nullable Integer version) {
            return RunScript.graph(INSIDE);
        }
    }

    private GraphDefinition definition() {
        channel("log", Reducer.APPEND);
        channel("total", Reducer.SUM);
        channel("least", Reducer.MIN);
        channel("most", Reducer.MAX);
        channel("facts", Reducer.MERGE);
        channel("seen", Reducer.UNION);
        channel("note", Reducer.LAST);
        channel("text", Reducer.UNION);
        channel("n", Reducer.SUM);
        List<String> letters = new ArrayList<>(List.of("a", "b", "c", "d", "e", "f", "g", "h", "i"));
        Collections.shuffle(letters, new Random(random.nextLong()));
        names.addAll(letters.subList(0, random.nextInt(1, MOST_NODES + 1)));

        edge(List.of(EdgeDefinition.START), List.of(names.getFirst()), null);
        for (int i = 0; i < names.size(); i++) {
            String looped = chance(20) ? "laps_" + names.get(i) : null;
            addNode(names.get(i), looped);
            if (i > 0) {
                reach(i);
            }
            if (looped != null) {
                channel(looped, Reducer.SUM);
                String again = "state." + looped + " < " + random.nextInt(2, 4);
                edge(List.of(names.get(i)), List.of(names.get(random.nextInt(i + 1))), again);
            }
        }
        leadOn();
        return new GraphDefinition(
                "random",
                null,
                channels,
                nodes,
                edges,
                limits(),
                QueueSettings.NONE,
                null,
                Scheduling.STEPS,
                Interrupts.NONE,
                Interrupts.NONE,
                JsonNodeFactory.instance.objectNode());
    }

    private void channel(String name, Reducer reducer) {
        channels.put(name, new ChannelDefinition(name, reducer, null));
    }

    private void addNode(String name, @Nullable String lapsChannel) {
        String laps = lapsChannel == null ? "" : ", '" + lapsChannel + "': 1";
        if (chance(25)) {
            String writes =
                    "{'log': ['%s@' + string(run.superstep)], 'total': size(state.log)%s}".formatted(name, laps);
            nodes.put(name, node(name, new NodeDefinition.BySet(writes), null, null, RetrySettings.UNSET));
            return;
        }
        if (lapsChannel == null && chance(10)) {
            nodes.put(name, node(name, new NodeDefinition.ByGraph("inside", null), null, null, RetrySettings.UNSET));
            return;
        }
        String input = chance(50) ? "{'total': state.total, 'size': size(state.log), 'step': run.superstep}" : null;
        RetrySettings retry = chance(30)
                ? new RetrySettings(
                        random.nextInt(1, 4),
                        Duration.ofMillis(random.nextInt(1, 5_000)),
                        null,
                        null,
                        null,
                        null,
                        chance(40) ? OnExhausted.PAUSE : null)
                : RetrySettings.UNSET;
        if (lapsChannel == null && chance(30)) {
            nodes.put(name, node(name, new NodeDefinition.ByAgent("x"), input, null, retry));
            return;
        }
        String note = chance(25) ? ", 'note': result.text" : "";
        String output = "{'log': [result.text], 'total': result.n, 'least': result.n, 'most': result.n, "
                + "'facts': {'%s': result.n}, 'seen': [result.n %% 3, 'x']%s%s}".formatted(name, note, laps);
        nodes.put(name, node(name, new NodeDefinition.ByAgent("x"), input, output, retry));
    }

    private NodeDefinition node(
            String name,
            NodeDefinition.Work work,
            @Nullable String input,
            @Nullable String output,
            RetrySettings retry) {
        return new NodeDefinition(
                name,
                work,
                input,
                output,
                retry,
                null,
                chance(10),
                handler(name),
                null,
                List.of(),
                NodeGuardSettings.UNSET);
    }

    /** A later node, so that handlers lead nowhere twice. */
    private @Nullable String handler(String name) {
        int place = names.indexOf(name);
        return place + 1 < names.size() && chance(15) ? names.get(random.nextInt(place + 1, names.size())) : null;
    }

    /** Makes a node follow others, all of which come before it. */
    private void reach(int i) {
        String target = names.get(i);
        if (i >= 2 && chance(30)) {
            List<String> sources = new ArrayList<>(names.subList(0, i));
            Collections.shuffle(sources, new Random(random.nextLong()));
            edge(sources.subList(0, random.nextInt(2, Math.min(i, 4) + 1)), List.of(target), null);
        } else {
            String when = chance(30) ? condition() : null;
            String forEach = chance(20) ? "[0, 1, size(state.log)]" : null;
            List<String> from = List.of(names.get(random.nextInt(i)));
            edges.add(new EdgeDefinition(from, List.of(target), when, false, forEach, null));
        }
        if (chance(30)) {
            edge(List.of(names.get(random.nextInt(i))), List.of(target), null);
        }
    }

    private String condition() {
        return "(state.total + size(state.log)) % 2 == " + random.nextInt(2);
    }

    /** Gives every node a way on: to END where it has none, and where its conditions may match nothing. */
    private void leadOn() {
        for (String name : names) {
            List<EdgeDefinition> own =
                    edges.stream().filter(edge -> edge.from().contains(name)).toList();
            if (own.isEmpty()) {
                edge(List.of(name), List.of(EdgeDefinition.END), null);
            } else if (own.stream().allMatch(edge -> edge.when() != null)) {
                edges.add(new EdgeDefinition(List.of(name), List.of(EdgeDefinition.END), null, true));
            }
        }
    }

    private void edge(List<String> from, List<String> to, @Nullable String when) {
        edges.add(new EdgeDefinition(from, to, when, false));
    }

    private Limits limits() {
        return new Limits(
                chance(15) ? random.nextInt(1, 4) : 200,
                chance(20) ? Duration.ofMillis(random.nextInt(500, 20_000)) : null,
                null,
                chance(30) ? random.nextInt(1, 4) : 1_000,
                null,
                chance(20) ? 7 : null,
                Limits.DEFAULT.stateBytes(),
                Limits.DEFAULT.tasks(),
                Limits.DEFAULT.iterations());
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
