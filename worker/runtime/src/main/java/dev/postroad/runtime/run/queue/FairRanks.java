package dev.postroad.runtime.run.queue;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Gives ranks by which the keys of a graph begin their runs by turns, as many at each turn as they weigh. This is start-time
 * fair queueing (P. Goyal, H. M. Vin, H. Cheng: <i>Start-time Fair Queueing: A Scheduling Algorithm for Integrated Services
 * Packet Switching Networks</i>, SIGCOMM 1996): a run that comes is stamped with where its key's last one ends, or with where
 * the run stands that began last, whichever is later; it ends later by a step, divided by its weight; and who is stamped
 * earliest begins first. So a run is ranked once, when it comes, the queue stays in the order of an index, and nothing of it
 * is read for that. A key that had nothing waiting saves nothing up for later.
 *
 * <p>Stamps are times, as ranks are: the first of those who wait has about the time at which it came. Each graph and
 * priority has stamps of its own, for runs within a priority alone take turns; among graphs, rank decides. What each worker
 * gives is of the shards that begin there. Thread-safe; a lock is taken where a run of a graph with fairness comes or begins.
 */
public final class FairRanks {
    /** By how much one run of weight 1 moves its key. */
    private static final long STEP_NANOS = 100_000;

    private static final int MOST_KEYS = 50_000;

    private final Map<Line, Stamps> lines = new HashMap<>();

    /** The runs that take turns with one another. */
    public record Line(String graph, int priority) {}

    /**
     * The rank of a run that comes.
     *
     * @param first the rank that it would have in the order of coming
     */
    public synchronized Instant rank(Line line, String key, double weight, Instant first) {
        return lines.computeIfAbsent(line, ignored -> new Stamps()).next(key, weight, first);
    }

    /** A run began that had to wait. */
    public synchronized void began(Line line, Instant rank) {
        Stamps stamps = lines.get(line);
        if (stamps != null) {
            stamps.began(nanos(rank));
        }
    }

    /** A run began at once, as nobody waited. */
    public synchronized void beganAtOnce(Line line) {
        lines.remove(line);
    }

    /**
     * The lines in which the next run would stand at a time or before, as others seem to wait, each with how often somebody
     * came to it. Where they do not wait, as they were cancelled or begin elsewhere by now, it is to be said: else all that
     * come stand there, ahead of other graphs.
     */
    synchronized Map<Line, Long> behind(Instant time) {
        Map<Line, Long> behind = new HashMap<>();
        lines.forEach((line, stamps) -> {
            if (stamps.isBehind(nanos(time))) {
                behind.put(line, stamps.came);
            }
        });
        return behind;
    }

    /** Nobody waits in a line, unless somebody came to it since. */
    synchronized void nobodyWaits(Line line, long came) {
        Stamps stamps = lines.get(line);
        if (stamps != null && stamps.came == came) {
            lines.remove(line);
        }
    }

    /**
     * Takes in the runs of a key that wait, of shards that came.
     *
     * @param first the rank of the first of them
     * @param last the rank of the last of them
     */
    public synchronized void takeIn(Line line, String key, Instant first, Instant last) {
        lines.computeIfAbsent(line, ignored -> new Stamps()).takeIn(key, nanos(first), nanos(last));
    }

    private static long nanos(Instant time) {
        return time.getEpochSecond() * 1_000_000_000L + time.getNano();
    }

    /** Postgres keeps microseconds, and a rank has to be the same there. */
    private static Instant instant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L))
                .truncatedTo(ChronoUnit.MICROS);
    }

    /** The stamps of one line, in nanoseconds since the epoch. */
    private static final class Stamps {
        private static final long NONE = Long.MIN_VALUE;

        private final Map<String, Long> ends = new LinkedHashMap<>(16, 0.75f, true);
        /** Nobody is stamped with less: where the run stands that began last. */
        private long floor = NONE;

        private long begun = NONE;
        private long last = NONE;
        private long came;

        Instant next(String key, double weight, Instant first) {
            came++;
            if (begun >= last) {
                // Nobody waits: all begin anew, at this time.
                ends.clear();
                floor = nanos(first);
                begun = NONE;
                last = NONE;
            }
            long start = Math.max(floor, ends.getOrDefault(key, NONE));
            ends.put(key, start + Math.round(STEP_NANOS / weight));
            Instant rank = instant(start);
            last = Math.max(last, nanos(rank));
            if (ends.size() > MOST_KEYS) {
                // The one that came longest ago; it begins anew, as one that has nothing waiting.
                ends.remove(ends.keySet().iterator().next());
            }
            return rank;
        }

        void began(long rank) {
            begun = Math.max(begun, rank);
            floor = Math.max(floor, rank);
        }

        boolean isBehind(long time) {
            return begun < last && floor <= time;
        }

        void takeIn(String key, long firstRank, long lastRank) {
            came++;
            floor = last == NONE ? firstRank : Math.min(floor, firstRank);
            last = Math.max(last, lastRank);
            ends.merge(key, lastRank + STEP_NANOS, Math::max);
        }
    }
}
