package dev.postroad.cli.drawing;

import dev.postroad.cli.drawing.Net.Course;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Gives every item its column, and every line those at which it leaves and arrives. Confined to one picture. */
final class Placement {
    private static final int SPACE_OF_LANES = 3;
    private static final int MOST_SHIFT = 4;

    private final Arrangement arrangement;
    private final List<Gap> gaps = new ArrayList<>();

    private Placement(Arrangement arrangement) {
        this.arrangement = arrangement;
        for (int gap = 0; gap <= arrangement.layers.size(); gap++) {
            gaps.add(new Gap());
        }
    }

    /** The gaps: that above each layer, and one below the last. */
    static List<Gap> of(Arrangement arrangement, Layers layers) {
        var placement = new Placement(arrangement);
        for (int layer = 0; layer < layers.count(); layer++) {
            int free = 0;
            for (Item item : arrangement.layers.get(layer)) {
                placement.place(item, free, placement.gaps.get(layer));
                free = item.left + item.width() + Item.SPACE;
                placement.leave(item, placement.gaps.get(layer + 1));
            }
        }
        placement.addLanes(layers);
        placement.gaps.forEach(Gap::route);
        return placement.gaps;
    }

    private void place(Item item, int free, Gap above) {
        int wanted = Math.max(free, (int) Math.round(item.centre - item.width() / 2.0));
        int straight = straight(item, wanted, above);
        item.left = straight >= free ? straight : wanted;
        Map<Net, Integer> columns = arrivals(item, above);
        while (columns.size() < item.in.size()) {
            item.left++;
            columns = arrivals(item, above);
        }
        columns.forEach(above::addBottom);
        above.arrows |= item.step != null && !columns.isEmpty();
    }

    /** Right below the only line that leads to it, where that is next to where it is wanted. */
    private static int straight(Item item, int wanted, Gap above) {
        if (item.in.size() != 1 || above.tops(item.in.getFirst()).size() != 1) {
            return wanted;
        }
        int left = above.tops(item.in.getFirst()).iterator().next() - item.width() / 2;
        return Math.abs(left - wanted) <= MOST_SHIFT ? left : wanted;
    }

    /** Where lines arrive; fewer than there are where others are in the way. */
    private static Map<Net, Integer> arrivals(Item item, Gap above) {
        Map<Net, Integer> columns = new LinkedHashMap<>();
        if (item.step == null) {
            Net net = item.in.getFirst();
            if (above.isFree(item.left, net)) {
                columns.put(net, item.left);
            }
            return columns;
        }
        List<Net> nets = item.in.stream()
                .sorted(Comparator.comparingDouble(net -> comesFrom(net, above)))
                .toList();
        TreeSet<Integer> taken = new TreeSet<>();
        for (int i = 0; i < nets.size(); i++) {
            Net net = nets.get(i);
            int wanted = wanted(item, net, i, above);
            for (int column : nearest(wanted, item)) {
                boolean roomy = taken.subSet(column - 1, column + 2).isEmpty();
                if (roomy && above.isFree(column, net)) {
                    taken.add(column);
                    columns.put(net, column);
                    break;
                }
            }
        }
        return columns;
    }

    private static double comesFrom(Net net, Gap above) {
        return net.course() == Course.BACK
                ? Integer.MAX_VALUE
                : above.tops(net).stream().mapToInt(Integer::intValue).average().orElse(0);
    }

    /** Straight below where it comes from, or else in its turn. */
    private static int wanted(Item item, Net net, int turn, Gap above) {
        int count = item.in.size();
        int inTurn = item.left + item.width() / 2 + 2 * turn - (count - 1);
        if (net.course() == Course.BACK) {
            return inTurn;
        }
        return above.tops(net).stream()
                .filter(column -> item.left < column && column < item.left + item.width() - 1)
                .findFirst()
                .orElse(inTurn);
    }

    private static List<Integer> nearest(int wanted, Item item) {
        List<Integer> columns = new ArrayList<>();
        for (int column = item.left + 1; column < item.left + item.width() - 1; column++) {
            columns.add(column);
        }
        columns.sort(Comparator.comparingInt(column -> Math.abs(column - wanted)));
        return columns;
    }

    private void leave(Item item, Gap below) {
        if (item.step == null) {
            below.addTop(item.out.getFirst(), item.left);
            return;
        }
        List<Net> nets = item.out.stream()
                .sorted(Comparator.comparingDouble(net -> leadsTo(net, item)))
                .toList();
        int column =
                item.left + (item.width() - nets.stream().mapToInt(Item::slot).sum()) / 2;
        for (Net net : nets) {
            int middle = column + Item.slot(net) / 2;
            int own = nets.size() == 1 ? item.left + item.width() / 2 : middle;
            below.addTop(net, own);
            if (!net.label().isEmpty()) {
                below.labels.put(own - net.label().length() / 2, net.label());
            }
            column += Item.slot(net);
        }
    }

    private double leadsTo(Net net, Item item) {
        return net.course() == Course.BACK
                ? Integer.MAX_VALUE
                : arrangement.below(item).stream()
                        .filter(below -> below.in.contains(net))
                        .mapToDouble(below -> below.centre)
                        .average()
                        .orElse(0);
    }

    private void addLanes(Layers layers) {
        int lane = arrangement.layers.stream()
                .flatMap(List::stream)
                .mapToInt(item -> item.left + item.width())
                .max()
                .orElse(0);
        for (Gap gap : gaps) {
            for (Net net : gap.nets()) {
                if (net.course() == Course.BACK && !gap.lanes().containsKey(net)) {
                    lane += SPACE_OF_LANES;
                    int column = lane;
                    net.from().forEach(from -> gaps.get(layers.of(from) + 1).addLane(net, column));
                    net.to().forEach(to -> gaps.get(layers.of(to)).addLane(net, column));
                }
            }
        }
    }
}
