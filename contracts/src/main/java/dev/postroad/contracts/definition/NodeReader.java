package dev.postroad.contracts.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.Asking;
import dev.postroad.contracts.definition.NodeDefinition.ByAgent;
import dev.postroad.contracts.definition.NodeDefinition.ByGraph;
import dev.postroad.contracts.definition.NodeDefinition.ByInterrupt;
import dev.postroad.contracts.definition.NodeDefinition.BySet;
import dev.postroad.contracts.definition.NodeDefinition.BySleep;
import dev.postroad.contracts.definition.NodeDefinition.Work;
import dev.postroad.contracts.json.Fields;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Reads one node of a graph. */
final class NodeReader {
    private static final List<String> KINDS = List.of("agent", "set", "interrupt", "sleep", "graph");
    private static final Set<String> COMMON = Set.of("output", "defer", "description");
    private static final Map<String, Set<String>> OF_KIND = Map.of(
            "agent",
                    Set.of(
                            "input",
                            "retry",
                            "onExhausted",
                            "timeout",
                            "onError",
                            "goto",
                            "cache",
                            "bulkhead",
                            "rateLimit",
                            "circuitBreaker",
                            "onUnavailable"),
            "set", Set.of("onError"),
            "interrupt", Set.of("onError"),
            "sleep", Set.of("onError"),
            "graph", Set.of("input", "version", "onError", "goto"));

    private NodeReader() {}

    static NodeDefinition read(String name, Fields node) {
        List<String> kinds = KINDS.stream().filter(node::has).toList();
        String kind = kinds.isEmpty() ? "agent" : kinds.getFirst();
        if (kinds.size() != 1) {
            node.fault("", "must have exactly one of " + String.join(", ", KINDS), "say what does its work, once");
        }
        checkKnown(node, kind);
        node.text("description");
        return new NodeDefinition(
                name,
                work(kind, node),
                node.text("input"),
                node.text("output"),
                RetrySettings.of(node),
                node.duration("timeout"),
                Boolean.TRUE.equals(node.truth("defer")),
                node.text("onError"),
                node.duration("cache"),
                node.texts("goto"),
                NodeGuardSettings.read(node));
    }

    private static void checkKnown(Fields node, String kind) {
        Set<String> known = new HashSet<>(COMMON);
        known.addAll(KINDS);
        OF_KIND.values().forEach(known::addAll);
        node.onlyKnown(known);
        Set<String> fit = OF_KIND.getOrDefault(kind, Set.of());
        OF_KIND.values().stream()
                .flatMap(Set::stream)
                .distinct()
                .filter(field -> node.has(field) && !fit.contains(field))
                .sorted()
                .forEach(field -> node.fault(field, "has no meaning beside " + kind, "remove it"));
    }

    private static Work work(String kind, Fields node) {
        return switch (kind) {
            case "set" -> new BySet(expression(node, kind));
            case "interrupt" -> interrupt(node, kind);
            case "sleep" -> new BySleep(expression(node, kind));
            case "graph" -> new ByGraph(name(node, kind), node.whole("version", 1, Integer.MAX_VALUE));
            case "agent" -> new ByAgent(name(node, kind));
            default -> throw new IllegalStateException("nobody reads a node of kind " + kind);
        };
    }

    private static Work interrupt(Fields node, String kind) {
        if (!(node.tree(kind) instanceof ObjectNode)) {
            return new ByInterrupt(expression(node, kind));
        }
        Fields asked = Objects.requireNonNull(node.nested(kind));
        String question = asked.requiredText(Asking.ASK, "say in CEL what the person is asked");
        return new ByInterrupt(question, Asking.read(asked));
    }

    private static String expression(Fields node, String kind) {
        String text = node.text(kind);
        return text == null ? "" : text;
    }

    private static String name(Fields node, String kind) {
        String name = node.text(kind, Names.NAME, Names.NAME_RULE);
        return name == null ? "" : name;
    }
}
