package dev.postroad.engine.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.postroad.contracts.definition.ChannelDefinition;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.definition.NodeDefinition;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.engine.expression.Expression;
import dev.postroad.engine.expression.ExpressionException;
import dev.postroad.engine.graph.Routes.Branch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Turns a definition into a graph, or says everything that is wrong with it at once. */
public final class GraphCompiler {
    private final GraphDefinition definition;
    private final Predicate<String> agentExists;
    private final List<Fault> faults = new ArrayList<>();

    private GraphCompiler(GraphDefinition definition, Predicate<String> agentExists) {
        this.definition = definition;
        this.agentExists = agentExists;
    }

    /**
     * Compiles a definition.
     *
     * @param version the version that the graph gets
     * @param agentExists whether an agent of a name is there to be called
     * @throws FaultsException with every fault, its place and a remedy
     */
    public static Graph compile(GraphDefinition definition, int version, Predicate<String> agentExists)
            throws FaultsException {
        GraphCompiler compiler = new GraphCompiler(definition, agentExists);
        Graph graph = compiler.graph(version);
        compiler.faults.addAll(EdgeChecks.faults(definition));
        if (!compiler.faults.isEmpty()) {
            throw new FaultsException(compiler.faults);
        }
        return graph;
    }

    private Graph graph(int version) {
        Map<String, Channel> channels = channels();
        Map<String, Node> nodes = nodes();
        List<Join> joins = joins();
        Map<Integer, Expression> conditions = conditions();
        Map<String, Routes> routes = new LinkedHashMap<>();
        Map<String, List<Join>> joinsOf = new LinkedHashMap<>();
        for (String node : nodes.keySet()) {
            routes.put(node, routes(node, conditions));
            joinsOf.put(
                    node,
                    joins.stream().filter(join -> join.sources().contains(node)).toList());
        }
        return new Graph(
                definition.name(),
                version,
                Collections.unmodifiableMap(channels),
                Collections.unmodifiableMap(nodes),
                routes(EdgeDefinition.START, conditions),
                Map.copyOf(routes),
                List.copyOf(joins),
                Map.copyOf(joinsOf),
                definition.limits());
    }

    private Map<String, Channel> channels() {
        Map<String, Channel> channels = new LinkedHashMap<>();
        for (ChannelDefinition given : definition.channels().values()) {
            Channel channel = Channel.of(given.name(), given.reducer(), given.initial());
            String refusal = refusalOfDefault(channel);
            if (refusal != null) {
                fault("state." + given.name() + ".default", "does not fit the reducer", refusal);
            }
            channels.put(given.name(), channel);
        }
        return channels;
    }

    private static @Nullable String refusalOfDefault(Channel channel) {
        JsonNode initial = channel.initial();
        if (initial == null) {
            return null;
        }
        return switch (channel.reducer()) {
            case APPEND, UNION -> initial instanceof ArrayNode ? null : "write a list";
            case LAST, SUM, MIN, MAX, MERGE -> channel.refusal(initial);
        };
    }

    private Map<String, Node> nodes() {
        Map<String, Node> nodes = new LinkedHashMap<>();
        for (NodeDefinition given : definition.nodes().values()) {
            String place = "nodes." + given.name();
            Node.Work work = work(given, place);
            Expression input = compiled(given.input(), place + ".input");
            Expression output = compiled(given.output(), place + ".output");
            checkWrites(output, place + ".output");
            if (work != null) {
                nodes.put(
                        given.name(),
                        new Node(given.name(), nodes.size(), work, input, output, given.retry(), given.timeout()));
            }
        }
        return nodes;
    }

    private Node.@Nullable Work work(NodeDefinition given, String place) {
        switch (given.work()) {
            case NodeDefinition.ByAgent(String agent) -> {
                if (!agent.isEmpty() && !agentExists.test(agent)) {
                    fault(place + ".agent", "there is no agent " + agent, "publish it, or name one that is there");
                }
                return new Node.ByAgent(agent);
            }
            case NodeDefinition.BySet(String text) -> {
                Expression writes = compiled(text, place + ".set");
                checkWrites(writes, place + ".set");
                return writes == null ? null : new Node.BySet(writes);
            }
        }
    }

    private List<Join> joins() {
        List<Join> joins = new ArrayList<>();
        for (EdgeDefinition edge : definition.edges()) {
            if (edge.from().size() > 1) {
                joins.add(new Join(joins.size(), Set.copyOf(edge.from()), nodesOnly(edge.to())));
            }
        }
        return joins;
    }

    /** Every sound condition, by the place of its edge; those of faulty nodes are compiled too, for their own faults. */
    private Map<Integer, Expression> conditions() {
        Map<Integer, Expression> conditions = new HashMap<>();
        for (int i = 0; i < definition.edges().size(); i++) {
            Expression when = compiled(definition.edges().get(i).when(), "edges[" + i + "].when");
            if (when != null) {
                conditions.put(i, when);
            }
        }
        return conditions;
    }

    private Routes routes(String from, Map<Integer, Expression> conditions) {
        Set<String> always = new LinkedHashSet<>();
        List<Branch> branches = new ArrayList<>();
        Set<String> otherwise = new LinkedHashSet<>();
        for (int i = 0; i < definition.edges().size(); i++) {
            EdgeDefinition edge = definition.edges().get(i);
            if (!edge.from().equals(List.of(from))) {
                continue;
            }
            Expression when = conditions.get(i);
            if (edge.otherwise()) {
                otherwise.addAll(nodesOnly(edge.to()));
            } else if (edge.when() == null) {
                always.addAll(nodesOnly(edge.to()));
            } else if (when != null) {
                branches.add(new Branch(when, nodesOnly(edge.to())));
            }
        }
        return new Routes(List.copyOf(always), List.copyOf(branches), List.copyOf(otherwise));
    }

    private static List<String> nodesOnly(List<String> to) {
        return to.stream().filter(name -> !name.equals(EdgeDefinition.END)).toList();
    }

    private @Nullable Expression compiled(@Nullable String text, String place) {
        if (text == null) {
            return null;
        }
        try {
            Expression expression = Expression.compile(text);
            for (String channel : expression.stateFields()) {
                unknownChannel(channel, place);
            }
            return expression;
        } catch (ExpressionException unsound) {
            fault(place, "is no sound expression: " + unsound.getMessage(), "correct the CEL");
            return null;
        }
    }

    private void checkWrites(@Nullable Expression writes, String place) {
        if (writes != null) {
            writes.literalKeys().forEach(channel -> unknownChannel(channel, place));
        }
    }

    private void unknownChannel(String channel, String place) {
        if (!definition.channels().containsKey(channel)) {
            fault(place, "there is no channel " + channel, "add it under state, or name one that is there");
        }
    }

    private void fault(String place, String problem, String remedy) {
        Fault fault = new Fault(place, problem, remedy);
        if (!faults.contains(fault)) {
            faults.add(fault);
        }
    }
}
