package dev.postroad.cli.drawing;

import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.runtime.drawing.Link;
import dev.postroad.runtime.drawing.Link.Way;
import dev.postroad.runtime.drawing.Sketch;
import dev.postroad.runtime.drawing.Step;
import dev.postroad.runtime.drawing.Step.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * Which steps stand side by side: each below all that lead to it, unless it closes a loop, and no more of them than there
 * is room for. START stands alone in the first layer and END in the last.
 *
 * @param of the number of a step's layer, by the step's id, from 0
 */
record Layers(Map<String, Integer> of, int count) {
    Layers {
        of = Map.copyOf(of);
    }

    static Layers of(Sketch sketch, ToIntFunction<Step> width, int columns) {
        Map<String, Set<String>> forward = withoutLoops(sketch);
        Map<String, Integer> waiting = new HashMap<>();
        forward.values().forEach(targets -> targets.forEach(to -> waiting.merge(to, 1, Integer::sum)));
        Map<String, Integer> least = new HashMap<>();
        Map<String, Integer> layers = new HashMap<>();
        List<Integer> used = new ArrayList<>();
        Deque<String> ready = new ArrayDeque<>();
        sketch.steps().keySet().stream().filter(id -> !waiting.containsKey(id)).forEach(ready::add);
        while (!ready.isEmpty()) {
            Step step = sketch.step(ready.remove());
            if (step.shape() == Shape.END) {
                continue;
            }
            int from = step.shape() == Shape.START ? 0 : Math.max(1, least.getOrDefault(step.id(), 1));
            int layer = room(from, width.applyAsInt(step), used, columns);
            layers.put(step.id(), layer);
            for (String to : forward.getOrDefault(step.id(), Set.of())) {
                least.merge(to, layer + 1, Math::max);
                if (waiting.merge(to, -1, Integer::sum) == 0) {
                    ready.add(to);
                }
            }
        }
        layers.put(EdgeDefinition.END, used.size());
        return new Layers(layers, used.size() + 1);
    }

    int of(String step) {
        Integer layer = of.get(step);
        if (layer == null) {
            throw new IllegalArgumentException("no step " + step);
        }
        return layer;
    }

    /** The first layer from this one on that can take one more, which it then does. */
    private static int room(int from, int width, List<Integer> used, int columns) {
        int layer = from;
        while (layer < used.size() && used.get(layer) > 0 && used.get(layer) + width > columns) {
            layer++;
        }
        while (used.size() <= layer) {
            used.add(0);
        }
        used.set(layer, used.get(layer) + width + Item.SPACE);
        return layer;
    }

    /**
     * Who leads to whom, but for what closes a loop: of a loop, that is what leads back to nearer to START, and rather a
     * goto or an error than an edge.
     */
    private static Map<String, Set<String>> withoutLoops(Sketch sketch) {
        record Pair(String from, String to) {}
        Map<String, Integer> steps = distances(sketch);
        Set<Pair> away = new LinkedHashSet<>();
        Set<Pair> others = new LinkedHashSet<>();
        for (Way way : Way.values()) {
            for (Link link : sketch.links()) {
                int distance = steps.getOrDefault(link.from(), 0);
                for (String to : link.way() == way ? link.to() : List.<String>of()) {
                    (steps.getOrDefault(to, 0) > distance ? away : others).add(new Pair(link.from(), to));
                }
            }
        }
        Map<String, Set<String>> forward = new LinkedHashMap<>();
        away.forEach(pair ->
                forward.computeIfAbsent(pair.from, _ -> new LinkedHashSet<>()).add(pair.to));
        for (Pair pair : others) {
            if (!leads(pair.to, pair.from, forward)) {
                forward.computeIfAbsent(pair.from, _ -> new LinkedHashSet<>()).add(pair.to);
            }
        }
        return forward;
    }

    /** How many lines each step is away from START, or from the first step that nothing else leads to. */
    private static Map<String, Integer> distances(Sketch sketch) {
        Map<String, Set<String>> targets = new HashMap<>();
        sketch.links()
                .forEach(link -> targets.computeIfAbsent(link.from(), _ -> new LinkedHashSet<>())
                        .addAll(link.to()));
        Map<String, Integer> distances = new HashMap<>();
        for (String root : sketch.steps().keySet()) {
            if (distances.putIfAbsent(root, 0) == null) {
                Deque<String> ready = new ArrayDeque<>(List.of(root));
                while (!ready.isEmpty()) {
                    String step = ready.remove();
                    int next = distances.getOrDefault(step, 0) + 1;
                    for (String to : targets.getOrDefault(step, Set.of())) {
                        if (distances.putIfAbsent(to, next) == null) {
                            ready.add(to);
                        }
                    }
                }
            }
        }
        return distances;
    }

    private static boolean leads(String from, String to, Map<String, Set<String>> forward) {
        Set<String> seen = new HashSet<>(Set.of(from));
        Deque<String> ready = new ArrayDeque<>(seen);
        while (!ready.isEmpty()) {
            String step = ready.remove();
            if (step.equals(to)) {
                return true;
            }
            forward.getOrDefault(step, Set.of()).stream().filter(seen::add).forEach(ready::add);
        }
        return false;
    }
}
