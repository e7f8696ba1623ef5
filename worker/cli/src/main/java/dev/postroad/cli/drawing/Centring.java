package dev.postroad.cli.drawing;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Finds out where each item's middle should be: near the middle of what it is joined to, with room for its neighbours. */
final class Centring {
    private static final int SWEEPS = 16;

    private final Arrangement arrangement;
    private final int columns;

    private Centring(Arrangement arrangement, int columns) {
        this.arrangement = arrangement;
        this.columns = columns;
    }

    static void of(Arrangement arrangement, int columns) {
        var centring = new Centring(arrangement, columns);
        List<List<Item>> layers = arrangement.layers;
        layers.forEach(layer -> centring.place(layer, _ -> 0.0));
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            layers.forEach(layer -> centring.place(layer, centring::besideUpper));
            layers.reversed().forEach(layer -> centring.place(layer, centring::besideLower));
        }
        layers.forEach(layer -> centring.place(layer, centring::amidAll));
        double left = layers.stream()
                .flatMap(List::stream)
                .mapToDouble(item -> item.centre - item.width() / 2.0)
                .min()
                .orElse(0);
        layers.forEach(layer -> layer.forEach(item -> item.centre -= left));
    }

    private double besideUpper(Item item) {
        return mean(arrangement.above(item), item);
    }

    private double besideLower(Item item) {
        return mean(arrangement.below(item), item);
    }

    private double amidAll(Item item) {
        List<Item> all = new ArrayList<>(arrangement.above(item));
        all.addAll(arrangement.below(item));
        return mean(all, item);
    }

    private static double mean(List<Item> joined, Item item) {
        return joined.stream().mapToDouble(other -> other.centre).average().orElse(item.centre);
    }

    /** Pushing to the right and pushing to the left both keep the distances, and so does the mean of the two. */
    private void place(List<Item> layer, Function<Item, Double> wanted) {
        double[] want = layer.stream().mapToDouble(wanted::apply).toArray();
        double[] right = want.clone();
        for (int i = 1; i < want.length; i++) {
            right[i] = Math.max(want[i], right[i - 1] + distance(layer.get(i - 1), layer.get(i)));
        }
        double[] left = want.clone();
        for (int i = want.length - 2; i >= 0; i--) {
            left[i] = Math.min(want[i], left[i + 1] - distance(layer.get(i), layer.get(i + 1)));
        }
        for (int i = 0; i < want.length; i++) {
            layer.get(i).centre = (right[i] + left[i]) / 2;
        }
        confine(layer);
    }

    /** Keeps a layer within the columns, of which the middle one is 0; where it is wider, in the middle of them. */
    private void confine(List<Item> layer) {
        int wide = layer.stream().mapToInt(item -> item.width() + Item.SPACE).sum() - Item.SPACE;
        double outermost = Math.max(wide, columns) / 2.0;
        double free = 2 * outermost - wide;
        double packed = -outermost;
        for (Item item : layer) {
            double least = packed + item.width() / 2.0;
            item.centre = Math.clamp(item.centre, least, least + free);
            packed += item.width() + Item.SPACE;
        }
    }

    private static double distance(Item one, Item next) {
        return (one.width() + next.width()) / 2.0 + Item.SPACE;
    }
}
