package dev.postroad.engine.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.Asking;
import dev.postroad.contracts.definition.ChannelDefinition;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.definition.Interrupts;
import dev.postroad.contracts.definition.NodeDefinition;
import dev.postroad.contracts.definition.Scheduling;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Shown;
import dev.postroad.engine.expression.Expression;
import dev.postroad.engine.expression.ExpressionException;
import dev.postroad.engine.expression.Given;
import dev.postroad.engine.graph.Routes.Exit;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Turns a definition into a graph, or says everything that is wrong with it at once. */
public final class GraphCompiler {
    private static final String WHEN = "when";
    private static final String FOR_EACH = "forEach";

    private final GraphDefinition definition;
    private final Library library;
    private final FaultList faults = FaultList.ofDefinitions();
    private final FaultList flaws = FaultList.ofDefinitions();
    private final FaultList warnings = FaultList.ofDefinitions();
    private final Set<String> unasked = new TreeSet<>();

    private GraphCompiler(GraphDefinition definition, Library library) {
        this.definition = definition;
        this.library = library;
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
        return compile(definition, version, Library.ofAgents(agentExists));
    }

    /**
     * Compiles a definition that may have other graphs as nodes.
     *
     * @param version the version that the graph gets
     * @param library the agents and graphs that are there
     * @throws FaultsException with every fault, its place and a remedy
     */
    public static Graph compile(GraphDefinition definition, int version, Library library) throws FaultsException {
        GraphCompiler compiler = new GraphCompiler(definition, library);
        Graph graph = compiler.graph(version);
        compiler.faults.addAll(EdgeChecks.faults(definition));
        if (!compiler.faults.isEmpty()) {
            throw new FaultsException(compiler.faults);
        }
        return graph;
    }

    /**
     * Compiles a definition that is about to be published. What was published before such checks were made is still
     * compiled by {@link #compile(GraphDefinition, int, Library)}, as its runs may never come to what is refused here.
     *
     * @param library the agents and graphs that are there
     * @throws FaultsException with every fault, its place and a remedy; among them what can only fail
     */
    public static Graph checked(GraphDefinition definition, Library library) throws FaultsException {
        GraphCompiler compiler = new GraphCompiler(definition, library);
        Graph graph = compiler.graph(1);
        compiler.faults.addAll(EdgeChecks.faults(definition));
        compiler.faults.addAll(compiler.flaws);
        if (!compiler.faults.isEmpty()) {
            throw new FaultsException(compiler.faults);
        }
        return graph;
    }

    /**
     * What is sound in a definition, and yet is probably not what its author meant; empty where nothing is, or where it
     * does not compile.
     */
    public static List<Fault> warnings(GraphDefinition definition) {
        GraphCompiler compiler = new GraphCompiler(definition, Library.ofAgents(agent -> true));
        compiler.graph(1);
        if (!compiler.unasked.isEmpty()) {
            String first = compiler.unasked.iterator().next();
            compiler.warnings.add(new Fault(
                    "state",
                    "read without a default and without has(): " + String.join(", ", compiler.unasked),
                    "a run that gets there before they are written fails; give them a default, or ask has(state."
                            + first + ") first"));
        }
        return compiler.warnings;
    }

    private void checkScheduling() {
        if (definition.scheduling() == Scheduling.EAGER) {
            refuseStops("interruptBefore", definition.interruptBefore());
            refuseStops("interruptAfter", definition.interruptAfter());
        }
    }

    private void refuseStops(String field, Interrupts stops) {
        if (!stops.isEmpty()) {
            fault(
                    field,
                    "stops between two supersteps, and those of a graph whose schedule is eager overlap",
                    "ask by a node with interrupt, or remove schedule");
        }
    }

    private Graph graph(int version) {
        checkScheduling();
        Map<String, Channel> channels = channels();
        Map<String, Node> nodes = nodes();
        List<Join> joins = joins();
        Map<Integer, Expression> conditions = expressions(EdgeDefinition::when, WHEN);
        Map<Integer, Expression> elements = expressions(EdgeDefinition::forEach, FOR_EACH);
        conditions.forEach((edge, when) -> mustGive(when, edgePlace(edge, WHEN), Given.TRUTH));
        elements.forEach((edge, forEach) -> mustGive(forEach, edgePlace(edge, FOR_EACH), Given.LIST));
        Map<String, Routes> routes = new LinkedHashMap<>();
        Map<String, List<Join>> joinsOf = new LinkedHashMap<>();
        for (String node : nodes.keySet()) {
            routes.put(node, routes(node, conditions, elements));
            joinsOf.put(
                    node,
                    joins.stream().filter(join -> join.sources().contains(node)).toList());
        }
        QueueCompiler queue = QueueCompiler.ofGraph(
                faults, flaws, warnings, definition.channels().keySet());
        return new Graph(
                definition.name(),
                version,
                Collections.unmodifiableMap(channels),
                Collections.unmodifiableMap(nodes),
                routes(EdgeDefinition.START, conditions, elements),
                Map.copyOf(routes),
                List.copyOf(joins),
                Map.copyOf(joinsOf),
                definition.limits(),
                queue.rules(definition),
                queue.budget(definition.budget()),
                definition.interruptBefore(),
                definition.interruptAfter(),
                depth(nodes.values()),
                joins.isEmpty() && nodes.values().stream().noneMatch(Node::defer),
                definition.scheduling() == Scheduling.EAGER ? Foresight.of(nodes, routes, joinsOf) : null,
                false);
    }

    private int depth(Collection<Node> nodes) {
        int depth = 1;
        for (Node node : nodes) {
            if (node.work() instanceof Node.ByGraph(Graph graph)) {
                depth = Math.max(depth, 1 + graph.depth());
                if (graph.depth() >= Graph.MAX_DEPTH) {
                    fault(
                            "nodes." + node.name() + ".graph",
                            "graphs are nested deeper than " + Graph.MAX_DEPTH,
                            "nest them less deeply");
                }
            }
        }
        return depth;
    }

    private Map<String, Channel> channels() {
        Map<String, Channel> channels = new LinkedHashMap<>();
        for (ChannelDefinition given : definition.channels().values()) {
            Channel channel = Channel.of(given.name(), given.reducer(), given.initial(), reducer(given));
            String refusal = channel.initial() == null ? null : channel.refusalOfValue(channel.initial());
            if (refusal != null) {
                fault("state." + given.name() + ".default", "does not fit the reducer", refusal);
            }
            channels.put(given.name(), channel);
        }
        return channels;
    }

    private @Nullable Expression reducer(ChannelDefinition given) {
        if (given.expression() == null) {
            return null;
        }
        try {
            Expression expression = Expression.compileReducer(given.expression());
            judge(expression, "state." + given.name() + ".reducer");
            return expression;
        } catch (ExpressionException unsound) {
            fault(
                    "state." + given.name() + ".reducer",
                    "is no sound expression: " + unsound.getMessage(),
                    "correct the CEL, over old and new");
            return null;
        }
    }

    private Map<String, Node> nodes() {
        Map<String, Node> nodes = new LinkedHashMap<>();
        for (NodeDefinition given : definition.nodes().values()) {
            String place = "nodes." + given.name();
            Set<String> elementNames = elementNames(given.name());
            Node.Work work = work(given, place, elementNames);
            Expression input = compiled(given.input(), place + ".input", elementNames);
            Expression output = compiled(given.output(), place + ".output", elementNames);
            checkWrites(output, place + ".output");
            if (work != null) {
                nodes.put(
                        given.name(),
                        new Node(
                                given.name(),
                                nodes.size(),
                                work,
                                input,
                                output,
                                given.retry(),
                                given.timeout(),
                                given.defer(),
                                given.onError(),
                                given.cache(),
                                Set.copyOf(given.destinations()),
                                given.guard(),
                                elementNames));
            }
        }
        return nodes;
    }

    private Set<String> elementNames(String node) {
        Set<String> names = new TreeSet<>();
        for (EdgeDefinition edge : definition.edges()) {
            if (edge.as() != null && edge.to().contains(node)) {
                names.add(edge.as());
            }
        }
        return names;
    }

    private Node.@Nullable Work work(NodeDefinition given, String place, Set<String> elementNames) {
        switch (given.work()) {
            case NodeDefinition.ByAgent(String agent) -> {
                if (!agent.isEmpty() && !library.hasAgent(agent)) {
                    fault(place + ".agent", "there is no agent " + agent, "publish it, or name one that is there");
                }
                return new Node.ByAgent(agent);
            }
            case NodeDefinition.BySet(String text) -> {
                Expression writes = compiled(text, place + ".set", elementNames);
                checkWrites(writes, place + ".set");
                return writes == null ? null : new Node.BySet(writes);
            }
            case NodeDefinition.ByInterrupt(String text, Asking asking) -> {
                boolean isShort = asking.equals(Asking.ANYBODY);
                Expression question = compiled(text, place + (isShort ? ".interrupt" : ".interrupt.ask"), elementNames);
                Expression assignee = compiled(asking.assignee(), place + ".interrupt.assignee", elementNames);
                mustGive(assignee, place + ".interrupt.assignee", Given.TEXT, Given.NULL);
                checkAsking(asking, place + ".interrupt");
                return question == null ? null : new Node.ByInterrupt(question, assignee, asking);
            }
            case NodeDefinition.BySleep(String text) -> {
                Expression until = compiled(text, place + ".sleep", elementNames);
                checkSleep(until, text, place + ".sleep");
                return until == null ? null : new Node.BySleep(until);
            }
            case NodeDefinition.ByGraph(String name, Integer version) -> {
                Graph graph = library.graph(name, version);
                if (graph == null && !name.isEmpty()) {
                    fault(
                            place + ".graph",
                            "there is no graph " + name + (version == null ? "" : " version " + version),
                            "publish it first, or name one that is there");
                }
                return graph == null ? null : new Node.ByGraph(graph);
            }
        }
    }

    /** What is written out is known to be no time before any run fails by it. */
    private void checkSleep(@Nullable Expression until, String text, String place) {
        String time = writtenOut(text.strip());
        if (time == null) {
            mustGive(until, place, Given.TEXT);
            return;
        }
        try {
            if (time.startsWith("P") || time.startsWith("-P")) {
                Duration.parse(time);
            } else {
                Instant.parse(time);
            }
        } catch (DateTimeException neither) {
            flaws.add(new Fault(
                    place,
                    "can only fail: " + Shown.name(time)
                            + " is neither a duration such as PT10M nor a time such as 2030-01-01T00:00:00Z",
                    "write one of the two"));
        }
    }

    /** The text or the number that is the whole of an expression; null for any other. */
    private static @Nullable String writtenOut(String text) {
        if (text.chars().allMatch(character -> character == '.' || Character.isDigit(character))) {
            return text;
        }
        char quote = text.charAt(0);
        boolean isQuoted = (quote == '"' || quote == '\'') && text.length() > 1;
        boolean isOne = isQuoted && text.indexOf(quote, 1) == text.length() - 1 && text.indexOf('\\') < 0;
        return isOne ? text.substring(1, text.length() - 1) : null;
    }

    private void checkAsking(Asking asking, String place) {
        ObjectNode schema = asking.schema();
        if (schema == null) {
            return;
        }
        String refusal = library.answerSchemas().flaw(schema);
        if (refusal != null) {
            fault(place + ".schema", "is no JSON Schema that can be used: " + refusal, "correct it");
            return;
        }
        JsonNode onTimeout = asking.onTimeout();
        if (onTimeout != null && !definition.nodes().containsKey(onTimeout.asText(""))) {
            String misfit = library.answerSchemas().refusal(schema, onTimeout);
            if (misfit != null) {
                fault(
                        place + ".onTimeout",
                        "is no node of this graph, and does not fit the schema as an answer: " + misfit,
                        "name a node, or give an answer that fits");
            }
        }
    }

    private List<Join> joins() {
        List<Join> joins = new ArrayList<>();
        for (EdgeDefinition edge : definition.edges()) {
            if (edge.from().size() > 1) {
                for (String target : nodesOnly(edge.to())) {
                    joins.add(new Join(joins.size(), Set.copyOf(edge.from()), target));
                }
            }
        }
        return joins;
    }

    /** Every sound expression, by the place of its edge; those of faulty nodes are compiled too, for their own faults. */
    private Map<Integer, Expression> expressions(Function<EdgeDefinition, @Nullable String> part, String field) {
        Map<Integer, Expression> expressions = new HashMap<>();
        for (int i = 0; i < definition.edges().size(); i++) {
            Expression sound = compiled(part.apply(definition.edges().get(i)), edgePlace(i, field), Set.of());
            if (sound != null) {
                expressions.put(i, sound);
            }
        }
        return expressions;
    }

    private static String edgePlace(int edge, String field) {
        return "edges[" + edge + "]." + field;
    }

    /** Notes where an expression gives something else in any case, so that whatever evaluates it fails. */
    private void mustGive(@Nullable Expression expression, String place, Given... wanted) {
        Given other = expression == null ? null : expression.otherThan(wanted);
        if (other != null) {
            String all = Stream.of(wanted).map(Given::toString).collect(Collectors.joining(", or "));
            flaws.add(new Fault(place, "can only fail: it gives " + other, "write what gives " + all));
        }
    }

    private Routes routes(String from, Map<Integer, Expression> conditions, Map<Integer, Expression> elements) {
        Set<String> always = new LinkedHashSet<>();
        List<Exit> exits = new ArrayList<>();
        for (int i = 0; i < definition.edges().size(); i++) {
            EdgeDefinition edge = definition.edges().get(i);
            if (!edge.from().equals(List.of(from))) {
                continue;
            }
            if (edge.when() == null && edge.forEach() == null && !edge.otherwise()) {
                always.addAll(nodesOnly(edge.to()));
            } else {
                exits.add(new Exit(
                        conditions.get(i), edge.otherwise(), elements.get(i), edge.as(), nodesOnly(edge.to())));
            }
        }
        return new Routes(List.copyOf(always), List.copyOf(exits));
    }

    private static List<String> nodesOnly(List<String> to) {
        return to.stream().filter(name -> !name.equals(EdgeDefinition.END)).toList();
    }

    private @Nullable Expression compiled(@Nullable String text, String place, Set<String> otherNames) {
        if (text == null) {
            return null;
        }
        try {
            Expression expression = Expression.compile(text, otherNames);
            for (String channel : expression.stateFields()) {
                unknownChannel(channel, place);
            }
            judge(expression, place);
            return expression;
        } catch (ExpressionException unsound) {
            fault(place, "is no sound expression: " + unsound.getMessage(), "correct the CEL");
            return null;
        }
    }

    private void judge(Expression expression, String place) {
        for (String flaw : expression.flaws()) {
            flaws.add(new Fault(place, "can only fail: " + flaw, "correct what is written there"));
        }
        if (expression.dropsRemainder()) {
            warnings.add(new Fault(
                    place,
                    "/ of two whole numbers drops the remainder, so that 7 / 2 is 3",
                    "write the number with a point, as in / 2.0, or int(… / 2) where that is meant"));
        }
        for (String channel : expression.unaskedFields()) {
            ChannelDefinition read = definition.channels().get(channel);
            if (read != null
                    && Channel.of(read.name(), read.reducer(), read.initial()).initial() == null) {
                unasked.add(channel);
            }
        }
    }

    private void checkWrites(@Nullable Expression writes, String place) {
        if (writes != null) {
            writes.literalKeys().forEach(channel -> unknownChannel(channel, place));
        }
        mustGive(writes, place, Given.OBJECT, Given.LIST, Given.NULL);
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
