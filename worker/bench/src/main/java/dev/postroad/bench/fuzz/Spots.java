package dev.postroad.bench.fuzz;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A set of records of one topic, one bit for each. Thread-safe. */
final class Spots {
    private final Map<Integer, BitSet> partitions = new TreeMap<>();
    private long count;

    /** Says whether it was not there. */
    synchronized boolean add(Spot spot) {
        BitSet bits = partitions.computeIfAbsent(spot.partition(), partition -> new BitSet());
        int offset = Math.toIntExact(spot.offset());
        if (bits.get(offset)) {
            return false;
        }
        bits.set(offset);
        count++;
        return true;
    }

    synchronized boolean contains(Spot spot) {
        BitSet bits = partitions.get(spot.partition());
        return bits != null && bits.get(Math.toIntExact(spot.offset()));
    }

    synchronized long count() {
        return count;
    }

    /** What comes behind the last of each partition. */
    synchronized Map<Integer, Integer> ends() {
        Map<Integer, Integer> ends = new TreeMap<>();
        partitions.forEach((partition, bits) -> ends.put(partition, bits.length()));
        return ends;
    }

    private synchronized Spots copy() {
        Spots copy = new Spots();
        partitions.forEach((partition, bits) -> copy.partitions.put(partition, (BitSet) bits.clone()));
        return copy.counted();
    }

    private Spots counted() {
        count = partitions.values().stream().mapToLong(BitSet::cardinality).sum();
        return this;
    }

    /** Those that are not among others. */
    Spots minus(Spots others) {
        Spots rest = copy();
        others.copy().partitions.forEach((partition, bits) -> {
            BitSet mine = rest.partitions.get(partition);
            if (mine != null) {
                mine.andNot(bits);
            }
        });
        return rest.counted();
    }

    /** Those that are among others too. */
    Spots and(Spots others) {
        return minus(minus(others));
    }

    /** The first of them. */
    synchronized List<Spot> first(int most) {
        List<Spot> first = new ArrayList<>();
        partitions.forEach((partition, bits) ->
                bits.stream().limit(most).forEach(offset -> first.add(new Spot(partition, offset))));
        return first.subList(0, Math.min(most, first.size()));
    }
}
