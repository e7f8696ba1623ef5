package dev.postroad.runtime.registry;

import java.util.Map;
import java.util.TreeMap;

/**
 * The numbers of the versions of a graph, from 1. Those that follow one another take no more room than one, so what is
 * published year after year without a number of its own takes none. Thread-safe.
 */
final class VersionNumbers {
    private final TreeMap<Integer, Integer> lastByFirst = new TreeMap<>();

    /** Adds all of a range. */
    synchronized void add(int first, int last) {
        int from = first;
        int to = last;
        Map.Entry<Integer, Integer> before = lastByFirst.floorEntry(from);
        if (before != null && before.getValue() >= from - 1) {
            from = before.getKey();
            to = Math.max(to, before.getValue());
        }
        Map.Entry<Integer, Integer> within = lastByFirst.higherEntry(from);
        while (within != null && within.getKey() - 1 <= to) {
            to = Math.max(to, within.getValue());
            lastByFirst.remove(within.getKey());
            within = lastByFirst.higherEntry(from);
        }
        lastByFirst.put(from, to);
    }

    synchronized boolean contains(int number) {
        Map.Entry<Integer, Integer> range = lastByFirst.floorEntry(number);
        return range != null && range.getValue() >= number;
    }

    /** The highest; 0 where there is none. */
    synchronized int newest() {
        return lastByFirst.isEmpty() ? 0 : lastByFirst.lastEntry().getValue();
    }

    /** How many ranges are held. */
    synchronized int ranges() {
        return lastByFirst.size();
    }
}
