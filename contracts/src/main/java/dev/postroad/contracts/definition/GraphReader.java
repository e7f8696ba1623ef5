package dev.postroad.contracts.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.Fields;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the parts of a graph, each by itself; whether they fit together is for the engine to say. */
final class GraphReader {
    /** So that there is always a next one. */
    private static final int MOST_VERSIONS = 1_000_000_000;

    private static final Set<String> KNOWN = Set.of(
            "graph",
            "version",
            "description",
            "state",
            "nodes",
            "edges",
            "limits",
            "queue",
            "budget",
            "schedule",
            "retention",
            "interruptBefore",
            "interruptAfter");
    private static final Set<String> KNOWN_OF_CHANNEL = Set.of("reducer", "default", "description");
    private static final Set<String> KNOWN_OF_EDGE = Set.of("from", "to", "when", "otherwise", "forEach", "as");
    private static final Set<String> NO_NAMES_FOR_ELEMENTS = Set.of(
            ("state result input run error true false null in as break const continue else for function if import let"
                            + " loop package namespace return var void while")
                    .split(" "));
    private static final Map<String, Reducer> REDUCERS = Arrays.stream(Reducer.values())
            .filter(reducer -> reducer != Reducer.EXPRESSION)
            .collect(Collectors.toMap(Reducer::publicName, reducer -> reducer));

    private static final Pattern PLAIN_WORD = Pattern.compile("\\s*|[A-Za-z0-9_-]+");

    private final Fields fields;
    private final List<Fault> faults;

    private GraphReader(Fields fields, List<Fault> faults) {
        this.fields = fields;
        this.faults = faults;
    }

    static GraphDefinition read(Fields fields, List<Fault> faults) {
        return new GraphReader(fields, faults).read();
    }

    private GraphDefinition read() {
        fields.onlyKnown(KNOWN);
        fields.text("description");
        // It is nothing to the runs while they are under way: workers look it up when they have ended.
        fields.duration("retention");
        String name = fields.text("graph", Names.NAME, Names.NAME_RULE);
        return new GraphDefinition(
                name == null ? "" : name,
                fields.whole("version", 1, MOST_VERSIONS),
                channels(),
                nodes(),
                edges(),
                Limits.read(fields.nested("limits")),
                QueueSettings.read(fields.nested("queue")),
                BudgetSettings.read(fields.nested("budget")),
                Scheduling.read(fields),
                Interrupts.of(fields.texts("interruptBefore")),
                Interrupts.of(fields.texts("interruptAfter")),
                fields.object());
    }

    private Map<String, ChannelDefinition> channels() {
        Map<String, ChannelDefinition> channels = new LinkedHashMap<>();
        Fields state = fields.nested("state");
        if (state == null) {
            return channels;
        }
        state.object().fieldNames().forEachRemaining(name -> {
            if (!Names.CHANNEL.matcher(name).matches()) {
                state.fault(name, "is no name for a channel", "use " + Names.CHANNEL_RULE);
            }
            channels.put(name, channel(name, state));
        });
        return channels;
    }

    private ChannelDefinition channel(String name, Fields state) {
        Fields channel = Objects.requireNonNullElseGet(
                state.nested(name), () -> Fields.of(fields.object().objectNode(), state.place(name), faults));
        channel.onlyKnown(KNOWN_OF_CHANNEL);
        channel.text("description");
        String reducerName = channel.text("reducer");
        Reducer reducer = reducerName == null ? Reducer.LAST : REDUCERS.get(reducerName);
        if (reducer != null) {
            return new ChannelDefinition(name, reducer, channel.object().get("default"));
        }
        String expression = Objects.requireNonNull(reducerName);
        if (PLAIN_WORD.matcher(expression).matches()) {
            channel.fault(
                    "reducer",
                    "is " + Fields.quoted(expression),
                    "use one of "
                            + REDUCERS.keySet().stream().sorted().collect(Collectors.joining(", "))
                            + ", or a CEL expression over old and new");
        }
        return new ChannelDefinition(name, Reducer.EXPRESSION, channel.object().get("default"), expression);
    }

    private Map<String, NodeDefinition> nodes() {
        Map<String, NodeDefinition> nodes = new LinkedHashMap<>();
        Fields all = fields.nested("nodes");
        if (all == null || all.object().isEmpty()) {
            if (all != null || !fields.has("nodes")) {
                fields.fault("nodes", "is empty", "define at least one node");
            }
            return nodes;
        }
        all.object().fieldNames().forEachRemaining(name -> {
            if (!Names.NAME.matcher(name).matches()
                    || name.equals(EdgeDefinition.START)
                    || name.equals(EdgeDefinition.END)) {
                all.fault(name, "is no name for a node", "use " + Names.NAME_RULE + ", and neither START nor END");
            }
            nodes.put(name, NodeReader.read(name, Fields.of(all.object().get(name), all.place(name), faults)));
        });
        return nodes;
    }

    private List<EdgeDefinition> edges() {
        List<EdgeDefinition> edges = new ArrayList<>();
        JsonNode all = fields.tree("edges");
        if (!(all instanceof ArrayNode list) || list.isEmpty()) {
            fields.fault("edges", "must be a list with at least one edge", "begin with { from: START, to: … }");
            return edges;
        }
        for (int i = 0; i < list.size(); i++) {
            Fields edge = Fields.of(list.get(i), fields.place("edges[" + i + "]"), faults);
            EdgeDefinition read = list.get(i).isObject() ? edge(edge) : null;
            if (read != null) {
                edges.add(read);
            }
        }
        return edges;
    }

    private static @Nullable EdgeDefinition edge(Fields edge) {
        edge.onlyKnown(KNOWN_OF_EDGE);
        List<String> from = end(edge, "from");
        List<String> to = end(edge, "to");
        String when = edge.text("when");
        boolean otherwise = Boolean.TRUE.equals(edge.truth("otherwise"));
        String forEach = edge.text("forEach");
        String as = edge.text("as", Names.CHANNEL, Names.CHANNEL_RULE);
        if (as != null && forEach == null) {
            edge.fault("as", "stands without forEach", "add forEach, or remove as");
        }
        if (as != null && NO_NAMES_FOR_ELEMENTS.contains(as)) {
            edge.fault("as", "is " + Fields.quoted(as) + ", which has a meaning of its own", "choose another name");
        }
        if (otherwise && when != null) {
            edge.fault("otherwise", "stands beside when", "keep one of the two");
        }
        if (from.size() > 1 && (otherwise || when != null || forEach != null)) {
            edge.fault(
                    "from", "a join can have no condition and no forEach", "give them to edges of the node after it");
        }
        return from.isEmpty() || to.isEmpty() ? null : new EdgeDefinition(from, to, when, otherwise, forEach, as);
    }

    private static List<String> end(Fields edge, String field) {
        List<String> names = edge.texts(field);
        if (names.isEmpty() && !edge.has(field)) {
            edge.fault(field, "is missing", "name a node, or a list of nodes");
        }
        if (names.stream().distinct().count() < names.size()) {
            edge.fault(field, "names a node twice", "name each node once");
        }
        return names;
    }
}
