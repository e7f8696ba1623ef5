package dev.postroad.cli.drawing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The room above a layer, in which lines go sideways. In no column there are ends of two nets, so that the rows of the
 * nets may stand in any order. Confined to one picture.
 */
final class Gap {
    private final Map<Net, Set<Integer>> tops = new LinkedHashMap<>();
    private final Map<Net, Set<Integer>> bottoms = new LinkedHashMap<>();
    private final Map<Net, Integer> lanes = new LinkedHashMap<>();
    /** The columns of labels. */
    final Map<Integer, String> labels = new LinkedHashMap<>();

    boolean arrows;
    int top;
    private final Map<Net, Integer> rows = new LinkedHashMap<>();
    private int rowCount;

    void addTop(Net net, int column) {
        tops.computeIfAbsent(net, _ -> new TreeSet<>()).add(column);
    }

    void addBottom(Net net, int column) {
        bottoms.computeIfAbsent(net, _ -> new TreeSet<>()).add(column);
    }

    void addLane(Net net, int column) {
        lanes.put(net, column);
    }

    /** The columns at which a net comes in from above. */
    Set<Integer> tops(Net net) {
        return tops.getOrDefault(net, Set.of());
    }

    /** The columns at which a net goes on below. */
    Set<Integer> bottoms(Net net) {
        return bottoms.getOrDefault(net, Set.of());
    }

    /** The columns at the right in which loops go up. */
    Map<Net, Integer> lanes() {
        return lanes;
    }

    /** Whether no other net comes in at this column. */
    boolean isFree(int column, Net net) {
        return tops.entrySet().stream()
                .noneMatch(top -> !top.getKey().equals(net) && top.getValue().contains(column));
    }

    List<Net> nets() {
        return Stream.of(tops, bottoms, lanes)
                .flatMap(map -> map.keySet().stream())
                .distinct()
                .toList();
    }

    /** All columns in which a net has an end, from the left. */
    List<Integer> ends(Net net) {
        Set<Integer> ends = new TreeSet<>(tops(net));
        ends.addAll(bottoms(net));
        Integer lane = lanes.get(net);
        if (lane != null) {
            ends.add(lane);
        }
        return List.copyOf(ends);
    }

    /** Gives every net that goes sideways a row. */
    void route() {
        List<Net> sideways = new ArrayList<>();
        nets().stream().filter(net -> ends(net).size() > 1).forEach(net -> insert(net, sideways));
        for (Net net : sideways) {
            int row = 0;
            for (Net upper : sideways) {
                if (upper.equals(net)) {
                    break;
                }
                if (overlap(upper, net)) {
                    row = Math.max(row, rows.getOrDefault(upper, 0) + 1);
                }
            }
            rows.put(net, row);
            rowCount = Math.max(rowCount, row + 1);
        }
    }

    int height() {
        int above = labels.isEmpty() ? 0 : 1;
        int all = above + rowCount + (arrows ? 1 : 0);
        return nets().isEmpty() ? all : Math.max(1, all);
    }

    /** The row in which a net goes sideways; for one that goes straight down, any. */
    int row(Net net) {
        return top + (labels.isEmpty() ? 0 : 1) + rows.getOrDefault(net, 0);
    }

    /** Where it crosses the fewest of those that are there already. */
    private void insert(Net net, List<Net> order) {
        int best = 0;
        int fewest = Integer.MAX_VALUE;
        for (int place = 0; place <= order.size(); place++) {
            int crossings = 0;
            for (int i = 0; i < order.size(); i++) {
                crossings += i < place ? crossings(order.get(i), net) : crossings(net, order.get(i));
            }
            if (crossings < fewest) {
                fewest = crossings;
                best = place;
            }
        }
        order.add(best, net);
    }

    private int crossings(Net upper, Net lower) {
        return within(bottoms(upper), lower) + within(tops(lower), upper);
    }

    private int within(Set<Integer> columns, Net net) {
        List<Integer> ends = ends(net);
        return (int) columns.stream()
                .filter(column -> ends.getFirst() < column && column < ends.getLast())
                .count();
    }

    private boolean overlap(Net one, Net other) {
        List<Integer> ends = ends(one);
        List<Integer> others = ends(other);
        return ends.getFirst() <= others.getLast() + 1 && others.getFirst() <= ends.getLast() + 1;
    }
}
