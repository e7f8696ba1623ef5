package dev.postroad.runtime.ownership;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Spreads the shards that nobody holds over the living. Each worker comes to the same answer from the same rows, so they
 * need not agree: a shard goes to whom Kafka gave it, else to whoever has the fewest. Pure.
 */
final class Shares {
    private Shares() {}

    /**
     * Those that fall to one worker.
     *
     * @param loads how many shards each worker has that takes something
     */
    static List<ShardView> of(long worker, Collection<ShardView> unheld, Map<Long, Integer> loads) {
        Map<Long, Integer> counts = new HashMap<>(loads);
        TreeSet<Long> fewestFirst = new TreeSet<>(
                Comparator.<Long, Integer>comparing(counts::get).thenComparing(Comparator.naturalOrder()));
        fewestFirst.addAll(counts.keySet());
        return unheld.stream()
                .sorted(Comparator.comparing((ShardView view) -> view.wantedBy() == null)
                        .thenComparingInt(ShardView::shard))
                .filter(view -> taker(view, fewestFirst, counts) == worker)
                .toList();
    }

    private static long taker(ShardView view, NavigableSet<Long> fewestFirst, Map<Long, Integer> counts) {
        if (fewestFirst.isEmpty()) {
            return 0;
        }
        Long wantedBy = view.wantedBy();
        long taker = wantedBy != null && counts.containsKey(wantedBy) ? wantedBy : fewestFirst.getFirst();
        fewestFirst.remove(taker);
        counts.merge(taker, 1, Integer::sum);
        fewestFirst.add(taker);
        return taker;
    }
}
