package dev.postroad.engine.graph;

import dev.postroad.contracts.agent.Asking;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.definition.Interrupts;
import dev.postroad.contracts.definition.NodeDefinition;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.Shown;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whether the edges of a definition lead somewhere: from START to every node, and from every node to END. */
final class EdgeChecks {
    private final GraphDefinition definition;
    private final FaultList faults = FaultList.ofDefinitions();

    private EdgeChecks(GraphDefinition definition) {
        this.definition = definition;
    }

    static FaultList faults(GraphDefinition definition) {
        EdgeChecks checks = new EdgeChecks(definition);
        checks.checkEnds();
        checks.checkNodes();
        checks.checkConditions();
        checks.checkReachability();
        return checks.faults;
    }

    private void checkEnds() {
        for (int i = 0; i < definition.edges().size(); i++) {
            EdgeDefinition edge = definition.edges().get(i);
            for (String from : edge.from()) {
                if (from.equals(EdgeDefinition.START) && edge.from().size() > 1) {
                    fault("edges[" + i + "].from", "START cannot be part of a join", "give START an edge of its own");
                } else if (!from.equals(EdgeDefinition.START)) {
                    checkNode(from, "edges[" + i + "].from", "START");
                }
            }
            for (String to : edge.to()) {
                if (!to.equals(EdgeDefinition.END)) {
                    checkNode(to, "edges[" + i + "].to", "END");
                }
            }
        }
    }

    private void checkNode(String name, String place, String orElse) {
        if (!definition.nodes().containsKey(name)) {
            String known = Shown.names(definition.nodes().keySet());
            fault(place, "there is no node " + name, "name one of " + known + " or " + orElse);
        }
    }

    private void checkNodes() {
        for (NodeDefinition node : definition.nodes().values()) {
            for (String destination : node.destinations()) {
                if (!destination.equals(EdgeDefinition.END)) {
                    checkNode(destination, "nodes." + node.name() + ".goto", "END");
                }
            }
            if (node.onError() != null) {
                checkHandler(node, node.onError());
            }
            if (node.work() instanceof NodeDefinition.ByInterrupt(String ignored, Asking asking)
                    && asking.onTimeout() != null
                    && asking.onTimeout().asText().equals(node.name())) {
                fault(
                        "nodes." + node.name() + ".interrupt.onTimeout",
                        "names the node itself",
                        "name another node, or leave the timeout out to go on asking");
            }
        }
        checkInterrupts(definition.interruptBefore(), "interruptBefore");
        checkInterrupts(definition.interruptAfter(), "interruptAfter");
    }

    private void checkHandler(NodeDefinition node, String handler) {
        String place = "nodes." + node.name() + ".onError";
        if (!definition.nodes().containsKey(handler)) {
            String known = Shown.names(definition.nodes().keySet());
            fault(place, "there is no node " + handler, "name one of " + known);
            return;
        }
        Set<String> seen = new HashSet<>(Set.of(node.name()));
        for (String next = handler; next != null; ) {
            if (!seen.add(next)) {
                fault(place, "leads back to " + next, "let the last handler have no onError");
                return;
            }
            NodeDefinition following = definition.nodes().get(next);
            next = following == null ? null : following.onError();
        }
    }

    private void checkInterrupts(Interrupts interrupts, String place) {
        for (String node : interrupts.nodes()) {
            checkNode(node, place, "all");
        }
    }

    private void checkConditions() {
        Set<String> sources = new HashSet<>(definition.nodes().keySet());
        sources.add(EdgeDefinition.START);
        for (String source : sources.stream().sorted().toList()) {
            boolean conditional = false;
            boolean otherwise = false;
            boolean always = false;
            for (EdgeDefinition edge : definition.edges()) {
                if (edge.from().contains(source)) {
                    conditional |= edge.when() != null;
                    otherwise |= edge.otherwise();
                    always |= edge.when() == null && !edge.otherwise();
                }
            }
            if (conditional && !otherwise && !always) {
                fault(
                        "edges",
                        "the conditional edges from " + source + " may match nothing",
                        "add { from: " + source + ", otherwise: true, to: … }");
            }
            if (otherwise && !conditional) {
                fault(
                        "edges",
                        "there is an otherwise from " + source + " without any when",
                        "remove otherwise, or add an edge with when");
            }
        }
    }

    private void checkReachability() {
        Set<String> fromStart = reachable();
        Set<String> toEnd = reachingEnd();
        for (String node : definition.nodes().keySet()) {
            if (!fromStart.contains(node)) {
                fault("nodes." + node, "cannot be reached from START", "add an edge to it, or remove it");
            } else if (!toEnd.contains(node)) {
                fault("nodes." + node, "has no way to END", "add { from: " + node + ", to: END }");
            }
        }
    }

    private Set<String> reachable() {
        Set<String> found = new HashSet<>(Set.of(EdgeDefinition.START));
        boolean grown = true;
        while (grown) {
            grown = false;
            for (EdgeDefinition edge : definition.edges()) {
                if (found.containsAll(edge.from())) {
                    grown |= found.addAll(edge.to());
                }
            }
            for (NodeDefinition node : definition.nodes().values()) {
                if (found.contains(node.name())) {
                    grown |= found.addAll(otherWays(node));
                }
            }
        }
        return found;
    }

    private Set<String> reachingEnd() {
        Set<String> found = new HashSet<>(Set.of(EdgeDefinition.END));
        boolean grown = true;
        while (grown) {
            grown = false;
            for (EdgeDefinition edge : definition.edges()) {
                if (edge.to().stream().anyMatch(found::contains)) {
                    grown |= found.addAll(edge.from());
                }
            }
            for (NodeDefinition node : definition.nodes().values()) {
                if (otherWays(node).stream().anyMatch(found::contains)) {
                    grown |= found.add(node.name());
                }
            }
        }
        return found;
    }

    private static List<String> otherWays(NodeDefinition node) {
        List<String> ways = new ArrayList<>(node.destinations());
        if (node.work() instanceof NodeDefinition.ByInterrupt(String ignored, Asking asking)
                && asking.onTimeout() != null) {
            // Where it is an answer, no node is of that name.
            ways.add(asking.onTimeout().asText());
        }
        if (node.onError() != null) {
            ways.add(node.onError());
        }
        return ways;
    }

    private void fault(String place, String problem, String remedy) {
        faults.add(new Fault(place, problem, remedy));
    }
}
