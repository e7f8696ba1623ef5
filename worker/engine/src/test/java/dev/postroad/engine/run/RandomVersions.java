package dev.postroad.engine.run;

import dev.postroad.contracts.definition.ChannelDefinition;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.definition.NodeDefinition;
import dev.postroad.contracts.definition.Reducer;
import dev.postroad.contracts.definition.Scheduling;
import dev.postroad.contracts.json.Json;
import dev.postroad.engine.graph.Graph;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;

/** Versions of one graph by chance: some have a place for all that may be under way of the others, and some have not. */
@NullMarked
final class RandomVersions {
    private RandomVersions() {}

    /** Numbered from 1; the first is the one that runs begin with. */
    static List<Graph> of(long seed, Scheduling scheduling) {
        GraphDefinition first = RandomGraph.definition(new SplittableRandom(seed));
        Scheduling other = scheduling == Scheduling.EAGER ? Scheduling.STEPS : Scheduling.EAGER;
        List<GraphDefinition> definitions = List.of(
                with(first, first.nodes(), first.edges(), scheduling),
                grown(first, scheduling),
                reversed(first, scheduling),
                shrunk(first, scheduling),
                with(first, first.nodes(), first.edges(), other),
                RandomGraph.definition(new SplittableRandom(seed + 1)));
        List<Graph> versions = new ArrayList<>();
        definitions.forEach(definition -> versions.add(RandomGraph.compiled(definition, versions.size() + 1)));
        return List.copyOf(versions);
    }

    private static GraphDefinition with(
            GraphDefinition of, Map<String, NodeDefinition> nodes, List<EdgeDefinition> edges, Scheduling scheduling) {
        return new GraphDefinition(
                of.name(),
                of.version(),
                of.channels(),
                nodes,
                edges,
                of.limits(),
                of.queue(),
                of.budget(),
                scheduling,
                of.interruptBefore(),
                of.interruptAfter(),
                of.source());
    }

    /** One channel and one node more. */
    private static GraphDefinition grown(GraphDefinition of, Scheduling scheduling) {
        Map<String, ChannelDefinition> channels = new LinkedHashMap<>();
        channels.put("fresh", new ChannelDefinition("fresh", Reducer.SUM, Json.whole(7)));
        channels.putAll(of.channels());
        Map<String, NodeDefinition> nodes = new LinkedHashMap<>();
        nodes.put("zz", copy("zz", of.nodes().values().iterator().next()));
        nodes.putAll(of.nodes());
        List<EdgeDefinition> edges = new ArrayList<>(of.edges());
        edges.add(new EdgeDefinition(
                List.of(of.nodes().keySet().iterator().next()), List.of("zz"), "state.fresh == 7", false));
        edges.add(new EdgeDefinition(List.of("zz"), List.of(EdgeDefinition.END), null, false));
        return new GraphDefinition(
                of.name(),
                of.version(),
                channels,
                nodes,
                edges,
                of.limits(),
                of.queue(),
                of.budget(),
                scheduling,
                of.interruptBefore(),
                of.interruptAfter(),
                of.source());
    }

    private static NodeDefinition copy(String name, NodeDefinition like) {
        return new NodeDefinition(
                name,
                new NodeDefinition.BySet("{'log': ['zz']}"),
                null,
                null,
                like.retry(),
                null,
                false,
                null,
                null,
                List.of(),
                like.guard());
    }

    /** Its nodes have other numbers, and so have its joins. */
    private static GraphDefinition reversed(GraphDefinition of, Scheduling scheduling) {
        Map<String, NodeDefinition> nodes = new LinkedHashMap<>();
        new ArrayList<>(of.nodes().keySet())
                .reversed()
                .forEach(name -> nodes.put(
                        name, java.util.Objects.requireNonNull(of.nodes().get(name))));
        return with(of, nodes, List.copyOf(of.edges().reversed()), scheduling);
    }

    /** All but the first node is gone. */
    private static GraphDefinition shrunk(GraphDefinition of, Scheduling scheduling) {
        String first = of.edges().getFirst().to().getFirst();
        Map<String, NodeDefinition> nodes = Map.of(
                first, copy(first, java.util.Objects.requireNonNull(of.nodes().get(first))));
        return with(
                of,
                nodes,
                List.of(
                        new EdgeDefinition(List.of(EdgeDefinition.START), List.of(first), null, false),
                        new EdgeDefinition(List.of(first), List.of(EdgeDefinition.END), null, false)),
                scheduling);
    }
}
