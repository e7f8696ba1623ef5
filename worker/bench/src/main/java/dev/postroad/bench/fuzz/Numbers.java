package dev.postroad.bench.fuzz;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Under which number a record was thrown, four bytes for each, so that it can be thrown again. Thread-safe. */
final class Numbers {
    private final Map<Door, Map<Integer, int[]>> known = new EnumMap<>(Door.class);

    synchronized void note(Door door, Spot spot, long number) {
        Map<Integer, int[]> partitions = known.computeIfAbsent(door, some -> new HashMap<>());
        int[] numbers = partitions.getOrDefault(spot.partition(), new int[0]);
        int offset = Math.toIntExact(spot.offset());
        if (offset >= numbers.length) {
            numbers = Arrays.copyOf(numbers, Math.max(1 << 8, offset * 2));
            partitions.put(spot.partition(), numbers);
        }
        // 0 is for what somebody else sent.
        numbers[offset] = Math.toIntExact(number + 1);
    }

    /** Null where somebody else sent it. */
    synchronized @Nullable Long of(Door door, Spot spot) {
        int[] numbers = known.getOrDefault(door, Map.of()).getOrDefault(spot.partition(), new int[0]);
        boolean isKnown = spot.offset() < numbers.length && numbers[(int) spot.offset()] > 0;
        return isKnown ? (Long) (numbers[(int) spot.offset()] - 1L) : null;
    }
}
