package dev.postroad.engine.graph;

import dev.postroad.contracts.json.Likeness;
import dev.postroad.contracts.json.Shown;
import dev.postroad.contracts.message.Breakpoints;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether the nodes that breakpoints name are those of a graph, or of graphs inside it. */
public final class BreakpointCheck {
    private static final int MOST_EDITS_OF_A_SLIP = 3;

    private BreakpointCheck() {}

    /**
     * Why a run of a graph cannot have breakpoints, with the field and the name that is nearest; null where it can.
     *
     * @param beforeField what the message calls the nodes to pause before
     * @param afterField what it calls those to pause after
     */
    public static @Nullable String refusal(
            Graph graph, Breakpoints breakpoints, String beforeField, String afterField) {
        String before = refusal(graph, breakpoints.before(), beforeField);
        return before == null ? refusal(graph, breakpoints.after(), afterField) : before;
    }

    private static @Nullable String refusal(Graph graph, List<String> names, String field) {
        for (String name : names) {
            String refusal = refusal(graph, name);
            if (refusal != null) {
                return field + ": " + refusal;
            }
        }
        return null;
    }

    /** Those of the names that another version of the graph has nodes for. */
    public static Breakpoints known(Graph graph, Breakpoints breakpoints) {
        return breakpoints.isEmpty()
                ? breakpoints
                : new Breakpoints(known(graph, breakpoints.before()), known(graph, breakpoints.after()));
    }

    private static List<String> known(Graph graph, List<String> names) {
        return names.stream().filter(name -> refusal(graph, name) == null).toList();
    }

    private static @Nullable String refusal(Graph of, String name) {
        Graph graph = of;
        int from = 0;
        for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', from)) {
            String owner = name.substring(from, slash);
            Node node = graph.nodes().get(owner);
            if (node == null) {
                return unknown(graph, owner);
            }
            if (!(node.work() instanceof Node.ByGraph(Graph inside))) {
                return "node " + Shown.name(owner) + " of graph " + graph.name()
                        + " is no graph, and has no nodes inside";
            }
            graph = inside;
            from = slash + 1;
        }
        String last = name.substring(from);
        return last.equals(Breakpoints.ALL) || graph.nodes().containsKey(last) ? null : unknown(graph, last);
    }

    private static String unknown(Graph graph, String name) {
        return "graph " + graph.name() + " has no node " + Shown.name(name)
                + Likeness.nearest(name, graph.nodes().keySet(), MOST_EDITS_OF_A_SLIP)
                        .map(known -> "; did you mean " + known + "?")
                        .orElseGet(() -> "; its nodes are "
                                + Shown.names(graph.nodes().keySet()) + ", and " + Breakpoints.ALL + " is all of them");
    }
}
