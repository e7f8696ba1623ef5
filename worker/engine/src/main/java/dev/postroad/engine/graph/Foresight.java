package dev.postroad.engine.graph;

import dev.postroad.contracts.definition.EdgeDefinition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where the tasks of each node may lead, whatever they answer: what a graph must know whose nodes start before the
 * superstep before is over. Immutable.
 *
 * @param successors the nodes that may run one superstep after a task of a node, or after what takes over from it
 * @param handlers the nodes that may take over from a node that failed, or that nobody answered, one after the other
 * @param handing the nodes that may hand inputs of their own to other tasks
 * @param deferred the nodes that run when no other is triggered
 */
public record Foresight(
        Map<String, Set<String>> successors,
        Map<String, Set<String>> handlers,
        Set<String> handing,
        Set<String> deferred) {
    static Foresight of(Map<String, Node> nodes, Map<String, Routes> routes, Map<String, List<Join>> joinsOf) {
        Map<String, Set<String>> own = new HashMap<>();
        Map<String, Set<String>> handlers = new HashMap<>();
        Set<String> handing = new HashSet<>();
        for (Node node : nodes.values()) {
            Routes leading = routes.getOrDefault(node.name(), Routes.NONE);
            own.put(node.name(), ahead(nodes, node, leading, joinsOf));
            handlers.put(node.name(), handlers(nodes, node));
            if (!node.destinations().isEmpty() || leading.exits().stream().anyMatch(exit -> exit.forEach() != null)) {
                handing.add(node.name());
            }
        }
        Map<String, Set<String>> successors = new HashMap<>();
        own.forEach((node, ahead) -> {
            Set<String> all = new HashSet<>(ahead);
            handlers.getOrDefault(node, Set.of()).forEach(handler -> all.addAll(own.getOrDefault(handler, Set.of())));
            successors.put(node, Set.copyOf(all));
        });
        return new Foresight(
                Map.copyOf(successors),
                Map.copyOf(handlers),
                Set.copyOf(handing),
                nodes.values().stream().filter(Node::defer).map(Node::name).collect(Collectors.toUnmodifiableSet()));
    }

    /** Without deferred nodes: those run when nothing else does, so nobody runs ahead of what they lead to. */
    private static Set<String> ahead(
            Map<String, Node> nodes, Node node, Routes routes, Map<String, List<Join>> joinsOf) {
        Set<String> ahead = new HashSet<>(routes.always());
        ahead.addAll(node.destinations());
        ahead.remove(EdgeDefinition.END);
        addJoined(ahead, joinsOf.get(node.name()));
        for (Routes.Exit exit : routes.exits()) {
            ahead.addAll(exit.targets());
            if (exit.forEach() != null) {
                // A fan-out over nothing counts as done at once, for the joins behind its nodes.
                exit.targets().forEach(target -> addJoined(ahead, joinsOf.get(target)));
            }
        }
        ahead.removeIf(target -> nodes.containsKey(target) && nodes.get(target).defer());
        return ahead;
    }

    private static void addJoined(Set<String> ahead, @Nullable List<Join> joins) {
        if (joins != null) {
            joins.forEach(join -> ahead.add(join.target()));
        }
    }

    private static Set<String> handlers(Map<String, Node> nodes, Node node) {
        Set<String> all = new TreeSet<>();
        addHandlers(nodes, node, all);
        return Set.copyOf(all);
    }

    private static void addHandlers(Map<String, Node> nodes, Node node, Set<String> all) {
        Set<String> next = new TreeSet<>();
        if (node.onError() != null) {
            next.add(node.onError());
        }
        if (node.work() instanceof Node.ByInterrupt interrupt
                && interrupt.asking().onTimeout() != null) {
            next.add(interrupt.asking().onTimeout().asText(""));
        }
        for (String handler : next) {
            Node found = nodes.get(handler);
            if (found != null && all.add(handler)) {
                addHandlers(nodes, found, all);
            }
        }
    }

    /** The nodes that may run one superstep after tasks of these. */
    public Set<String> after(Set<String> tasks) {
        Set<String> ahead = new HashSet<>();
        tasks.forEach(node -> ahead.addAll(successors.getOrDefault(node, Set.of())));
        return ahead;
    }

    /** Whether what takes over from a node may hand inputs to other tasks. */
    public boolean handlersHand(String node) {
        return handlers.getOrDefault(node, Set.of()).stream().anyMatch(handing::contains);
    }
}
