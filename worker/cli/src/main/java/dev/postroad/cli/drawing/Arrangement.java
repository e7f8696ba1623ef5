package dev.postroad.cli.drawing;

import dev.postroad.cli.drawing.Net.Course;
import dev.postroad.runtime.drawing.Sketch;
import dev.postroad.runtime.drawing.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Who stands in which layer, in what order: that in which few lines cross. Confined to one picture. */
final class Arrangement {
    private static final int SWEEPS = 12;
    private static final int MOST_PAIRS_TO_COUNT = 3_000;

    final List<List<Item>> layers;
    private final Map<Item, List<Item>> above = new HashMap<>();
    private final Map<Item, List<Item>> below = new HashMap<>();

    private Arrangement(List<List<Item>> layers) {
        this.layers = layers;
    }

    static Arrangement of(Sketch sketch, Layers layers, List<Net> nets) {
        List<List<Item>> items = new ArrayList<>();
        for (int layer = 0; layer < layers.count(); layer++) {
            items.add(new ArrayList<>());
        }
        Map<String, Item> ofStep = new HashMap<>();
        for (Step step : sketch.steps().values()) {
            Item item = Item.of(step);
            ofStep.put(step.id(), item);
            items.get(layers.of(step.id())).add(item);
        }
        var arrangement = new Arrangement(items);
        for (Net net : nets) {
            arrangement.add(net, layers, ofStep);
        }
        arrangement.order();
        return arrangement;
    }

    List<Item> above(Item item) {
        return above.getOrDefault(item, List.of());
    }

    List<Item> below(Item item) {
        return below.getOrDefault(item, List.of());
    }

    private void add(Net net, Layers numbers, Map<String, Item> ofStep) {
        List<List<Item>> tops = new ArrayList<>();
        List<List<Item>> bottoms = new ArrayList<>();
        for (int gap = 0; gap <= layers.size(); gap++) {
            tops.add(new ArrayList<>());
            bottoms.add(new ArrayList<>());
        }
        net.from().forEach(from -> {
            Item item = Objects.requireNonNull(ofStep.get(from));
            item.out.add(net);
            tops.get(numbers.of(from) + 1).add(item);
        });
        net.to().forEach(to -> {
            Item item = Objects.requireNonNull(ofStep.get(to));
            item.in.add(net);
            bottoms.get(numbers.of(to)).add(item);
        });
        for (int layer : net.passed(numbers)) {
            Item item = Item.passing(net);
            layers.get(layer).add(item);
            bottoms.get(layer).add(item);
            tops.get(layer + 1).add(item);
        }
        if (net.course() == Course.DOWN) {
            for (int gap = 0; gap <= layers.size(); gap++) {
                connect(tops.get(gap), bottoms.get(gap));
            }
        }
    }

    private void connect(List<Item> tops, List<Item> bottoms) {
        tops.forEach(top -> below.computeIfAbsent(top, _ -> new ArrayList<>()).addAll(bottoms));
        bottoms.forEach(
                bottom -> above.computeIfAbsent(bottom, _ -> new ArrayList<>()).addAll(tops));
    }

    private void order() {
        List<List<Item>> best = copy();
        long fewest = crossings();
        for (int sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
            if (sweep % 2 == 0) {
                for (int layer = 1; layer < layers.size(); layer++) {
                    sort(layer, layer - 1, above);
                }
            } else {
                for (int layer = layers.size() - 2; layer >= 0; layer--) {
                    sort(layer, layer + 1, below);
                }
            }
            long now = crossings();
            if (now < fewest) {
                fewest = now;
                best = copy();
            }
        }
        for (int layer = 0; layer < layers.size(); layer++) {
            layers.set(layer, best.get(layer));
        }
    }

    private List<List<Item>> copy() {
        List<List<Item>> copy = new ArrayList<>();
        layers.forEach(layer -> copy.add(new ArrayList<>(layer)));
        return copy;
    }

    /** Each goes to the mean of those that it is joined to; whoever is joined to none stays about where it is. */
    private void sort(int layer, int fixed, Map<Item, List<Item>> joined) {
        Map<Item, Integer> places = places(layers.get(fixed));
        Map<Item, Double> means = new HashMap<>();
        double share = (double) layers.get(fixed).size() / layers.get(layer).size();
        int index = 0;
        for (Item item : layers.get(layer)) {
            double unlessJoined = index++ * share;
            means.put(
                    item,
                    joined.getOrDefault(item, List.of()).stream()
                            .mapToInt(other -> Objects.requireNonNull(places.get(other)))
                            .average()
                            .orElse(unlessJoined));
        }
        layers.get(layer)
                .sort((one, other) -> Double.compare(
                        Objects.requireNonNull(means.get(one)), Objects.requireNonNull(means.get(other))));
    }

    private long crossings() {
        long crossings = 0;
        for (int layer = 1; layer < layers.size(); layer++) {
            crossings += crossings(layers.get(layer - 1), places(layers.get(layer)));
        }
        return crossings;
    }

    private long crossings(List<Item> upper, Map<Item, Integer> lower) {
        List<int[]> pairs = new ArrayList<>();
        for (int i = 0; i < upper.size(); i++) {
            for (Item to : below(upper.get(i))) {
                pairs.add(new int[] {i, Objects.requireNonNull(lower.get(to))});
            }
        }
        long crossings = 0;
        int counted = Math.min(pairs.size(), MOST_PAIRS_TO_COUNT);
        for (int i = 0; i < counted; i++) {
            for (int j = i + 1; j < counted; j++) {
                int[] one = pairs.get(i);
                int[] other = pairs.get(j);
                if (Integer.signum(one[0] - other[0]) * Integer.signum(one[1] - other[1]) < 0) {
                    crossings++;
                }
            }
        }
        return crossings;
    }

    private static Map<Item, Integer> places(List<Item> layer) {
        Map<Item, Integer> places = new HashMap<>();
        layer.forEach(item -> places.put(item, places.size()));
        return places;
    }
}
