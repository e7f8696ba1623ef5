package dev.postroad.runtime.drawing;

import dev.postroad.contracts.agent.Asking;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.definition.NodeDefinition;
import dev.postroad.contracts.definition.NodeDefinition.ByAgent;
import dev.postroad.contracts.definition.NodeDefinition.ByGraph;
import dev.postroad.contracts.definition.NodeDefinition.ByInterrupt;
import dev.postroad.contracts.definition.NodeDefinition.BySet;
import dev.postroad.contracts.definition.NodeDefinition.BySleep;
import dev.postroad.runtime.drawing.Link.Way;
import dev.postroad.runtime.drawing.Step.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is to be seen of a graph, in whatever form: a join is a step of its own, and a node that is named but not defined
 * is there too.
 *
 * @param steps by their ids, START first and END last
 */
public record Sketch(String name, Map<String, Step> steps, List<Link> links) {
    public Sketch {
        steps = Collections.unmodifiableMap(new LinkedHashMap<>(steps));
        links = List.copyOf(links);
    }

    /** What is to be seen of a graph, as its author wrote it. */
    public static Sketch of(GraphDefinition graph) {
        Map<String, Step> steps = new LinkedHashMap<>();
        steps.put(EdgeDefinition.START, new Step(EdgeDefinition.START, Shape.START, EdgeDefinition.START, List.of()));
        graph.nodes().values().forEach(node -> steps.put(node.name(), step(node, graph)));
        List<Link> links = new ArrayList<>();
        for (EdgeDefinition edge : graph.edges()) {
            links.addAll(links(edge, steps));
        }
        for (NodeDefinition node : graph.nodes().values()) {
            if (!node.destinations().isEmpty()) {
                links.add(new Link(node.name(), node.destinations(), Way.GOTO, "", ""));
            }
            if (node.work() instanceof ByInterrupt(String ignored, Asking asking)
                    && asking.onTimeout() != null
                    && graph.nodes().containsKey(asking.onTimeout().asText(""))) {
                links.add(new Link(node.name(), List.of(asking.onTimeout().asText()), Way.ERROR, "", ""));
            }
            if (node.onError() != null) {
                links.add(new Link(node.name(), List.of(node.onError()), Way.ERROR, "", ""));
            }
        }
        links.forEach(link -> addMissing(link, steps));
        steps.put(EdgeDefinition.END, new Step(EdgeDefinition.END, Shape.END, EdgeDefinition.END, List.of()));
        return new Sketch(graph.name(), steps, links);
    }

    /** The step of an id that is known. */
    public Step step(String id) {
        Step step = steps.get(id);
        if (step == null) {
            throw new IllegalArgumentException("no step " + id);
        }
        return step;
    }

    /** The one step of a run of an agent alone. */
    public static Sketch ofAgent(String agent) {
        Map<String, Step> steps = new LinkedHashMap<>();
        steps.put(EdgeDefinition.START, new Step(EdgeDefinition.START, Shape.START, EdgeDefinition.START, List.of()));
        steps.put(agent, new Step(agent, Shape.NODE, agent, List.of("agent " + agent)));
        steps.put(EdgeDefinition.END, new Step(EdgeDefinition.END, Shape.END, EdgeDefinition.END, List.of()));
        return new Sketch(
                agent,
                steps,
                List.of(
                        Link.plain(EdgeDefinition.START, List.of(agent)),
                        Link.plain(agent, List.of(EdgeDefinition.END))));
    }

    private static Step step(NodeDefinition node, GraphDefinition graph) {
        List<String> notes = new ArrayList<>();
        notes.add(
                switch (node.work()) {
                    case ByAgent by -> "agent " + by.agent();
                    case BySet _ -> "set";
                    case ByInterrupt _ -> "interrupt";
                    case BySleep _ -> "sleep";
                    case ByGraph by -> "graph " + by.graph() + (by.version() == null ? "" : " " + by.version());
                });
        if (node.defer()) {
            notes.add("deferred");
        }
        if (graph.interruptBefore().matches(List.of(node.name()))) {
            notes.add("waits before");
        }
        if (graph.interruptAfter().matches(List.of(node.name()))) {
            notes.add("waits after");
        }
        return new Step(node.name(), node.work() instanceof ByGraph ? Shape.GRAPH : Shape.NODE, node.name(), notes);
    }

    private static List<Link> links(EdgeDefinition edge, Map<String, Step> steps) {
        if (edge.from().size() == 1) {
            return List.of(new Link(edge.from().getFirst(), edge.to(), Way.EDGE, condition(edge), forEach(edge)));
        }
        // No node's name has a blank in it.
        String join = "join " + steps.size();
        steps.put(join, new Step(join, Shape.JOIN, "all " + edge.from().size(), List.of()));
        List<Link> links = new ArrayList<>();
        edge.from().forEach(from -> links.add(Link.plain(from, List.of(join))));
        links.add(new Link(join, edge.to(), Way.EDGE, condition(edge), forEach(edge)));
        return links;
    }

    private static String condition(EdgeDefinition edge) {
        if (edge.otherwise()) {
            return "otherwise";
        }
        return edge.when() == null ? "" : "when " + oneLine(edge.when());
    }

    private static String forEach(EdgeDefinition edge) {
        if (edge.forEach() == null) {
            return "";
        }
        return "for each " + (edge.as() == null ? "" : edge.as() + " ") + "of " + oneLine(edge.forEach());
    }

    private static String oneLine(String expression) {
        return expression.strip().replaceAll("[\\s\\p{Cntrl}]+", " ");
    }

    private static void addMissing(Link link, Map<String, Step> steps) {
        List<String> named = new ArrayList<>(link.to());
        named.add(link.from());
        for (String name : named) {
            if (!name.equals(EdgeDefinition.END)) {
                steps.computeIfAbsent(name, id -> new Step(id, Shape.NODE, id, List.of("not defined")));
            }
        }
    }
}
