package dev.postroad.runtime.journal;

import dev.postroad.engine.graph.QueueRules;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The runs that count for the limits of graphs, as far as this worker knows them from one time that it gives turns to the
 * next: those that Postgres told of last, and whoever got a turn since, but for those of which a lane has committed that they
 * count no more. It is never less than what counts, as long as nobody else gives turns of the graph or begins runs, which is
 * asked in Postgres each time; all is read anew after a second, and where a run is under way that nobody expected.
 * Thread-safe; answers from memory.
 */
final class TakenPlaces {
    private static final Duration KNOWN_FOR = Duration.ofSeconds(1);

    private final Duration knownFor;
    private final Map<String, Known> graphs = new HashMap<>();

    TakenPlaces() {
        this(KNOWN_FOR);
    }

    /** @param knownFor when all is read anew, whatever is known */
    TakenPlaces(Duration knownFor) {
        this.knownFor = knownFor;
    }

    /** What a run counts by. */
    record Taken(int version, LimitKeys keys) {
        static Taken of(ResultSet row, ReadKeys keys) throws SQLException {
            return new Taken(row.getInt("version"), keys.of(row.getString("keys")));
        }

        /**
         * The limits that hold for it; null where this release cannot read them.
         *
         * @param ofVersion of each version of its graph
         */
        @Nullable
        QueueRules rules(IntFunction<@Nullable QueueRules> ofVersion) {
            return keys.rules(ofVersion.apply(version));
        }
    }

    /** What is known of a graph; while it is read, what happens meanwhile. */
    private static final class Known {
        private final Map<Integer, Long> epochs;
        private final Instant at;
        private final Map<Long, Taken> taken = new HashMap<>();
        private final Set<Long> begun = new HashSet<>();
        private final Set<Long> left = new HashSet<>();
        private boolean isRead;

        Known(Map<Integer, Long> epochs, Instant at) {
            this.epochs = epochs;
            this.at = at;
        }
    }

    /** What is taken of a graph, if these are still all shards there are, each under its epoch; null where it is to be read. */
    synchronized @Nullable List<Taken> taken(String graph, Map<Integer, Long> epochs, Instant now) {
        Known known = graphs.get(graph);
        if (known == null
                || !known.isRead
                || !known.epochs.equals(epochs)
                || now.isBefore(known.at)
                || !now.isBefore(known.at.plus(knownFor))) {
            return null;
        }
        return List.copyOf(known.taken.values());
    }

    /**
     * What is taken of a graph is about to be read.
     *
     * @param epochs of the shards that are here
     */
    synchronized void reading(String graph, Map<Integer, Long> epochs, Instant now) {
        graphs.put(graph, new Known(epochs, now));
    }

    /** What was read. */
    synchronized void read(String graph, Map<Long, Taken> found) {
        Known known = graphs.get(graph);
        if (known != null) {
            known.taken.putAll(found);
            known.isRead = known.taken.keySet().containsAll(known.begun);
            known.taken.keySet().removeAll(known.left);
        }
    }

    /** Some got their turns; none of them has begun. */
    synchronized void given(String graph, Map<Long, Taken> turns) {
        Known known = graphs.get(graph);
        if (known != null) {
            known.taken.putAll(turns);
        }
    }

    /** What is known of a graph is not all there is. */
    synchronized void forget(String graph) {
        graphs.remove(graph);
    }

    /** A run is under way, and that is committed. */
    synchronized void began(String graph, long run) {
        Known known = graphs.get(graph);
        if (known == null) {
            return;
        }
        if (!known.isRead) {
            known.begun.add(run);
        } else if (!known.taken.containsKey(run)) {
            graphs.remove(graph);
        }
    }

    /** A run counts no more, and that is committed. */
    synchronized void left(String graph, long run) {
        Known known = graphs.get(graph);
        if (known != null && known.isRead) {
            known.taken.remove(run);
        } else if (known != null) {
            known.left.add(run);
        }
    }
}
