package dev.postroad.runtime.limit;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * How much of a limit per period was used lately. The period is cut into {@value #SLICES} slices, and what was used in a
 * slice is forgotten only when all of it is longer ago than the period: so never more than the limit is used within any
 * period of that length, wherever it begins, and at most a fiftieth less than it allows. Confined to one thread.
 */
public final class RateWindow {
    private static final int SLICES = 50;

    private final long sliceNanos;
    private final TreeMap<Long, Long> used = new TreeMap<>();

    private RateWindow(Duration per) {
        this.sliceNanos = Math.max(1, per.toNanos() / SLICES);
    }

    /** A window in which nothing was used. */
    public static RateWindow empty(Duration per) {
        return new RateWindow(per);
    }

    /** What {@link #toString} wrote down; of another period it tells nothing. */
    public static RateWindow of(Duration per, String written) {
        RateWindow window = new RateWindow(per);
        String[] parts = written.split(" ", -1);
        if (!parts[0].equals(String.valueOf(window.sliceNanos))) {
            return window;
        }
        for (int i = 1; i < parts.length; i++) {
            int colon = parts[i].indexOf(':');
            window.used.put(Long.valueOf(parts[i].substring(0, colon)), Long.valueOf(parts[i].substring(colon + 1)));
        }
        return window;
    }

    /** How much was used within the period up to a time, or a little longer. */
    public long used(Instant now) {
        used.headMap(slice(now) - SLICES).clear();
        long sum = 0;
        for (Long amount : used.values()) {
            sum += amount;
        }
        return sum;
    }

    /** Notes a use. */
    public void use(Instant now, long amount) {
        used.merge(slice(now), amount, Long::sum);
    }

    /** When so much can be used that not more than this was used before; {@code now} where that is so. */
    public Instant freeAt(Instant now, long most) {
        long sum = used(now);
        if (sum <= most) {
            return now;
        }
        for (Map.Entry<Long, Long> slice : used.entrySet()) {
            sum -= slice.getValue();
            if (sum <= most) {
                return time(slice.getKey() + SLICES + 1);
            }
        }
        return now;
    }

    private long slice(Instant time) {
        return Math.floorDiv(nanos(time), sliceNanos);
    }

    private static long nanos(Instant time) {
        return time.getEpochSecond() * 1_000_000_000L + time.getNano();
    }

    private Instant time(long slice) {
        long nanos = slice * sliceNanos;
        return Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
    }

    /** All of it, to be read by {@link #of}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder().append(sliceNanos);
        used.forEach((slice, amount) ->
                text.append(' ').append(slice.longValue()).append(':').append(amount.longValue()));
        return text.toString();
    }
}
