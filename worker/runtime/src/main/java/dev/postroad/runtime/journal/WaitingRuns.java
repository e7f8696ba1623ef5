package dev.postroad.runtime.journal;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The first of those who wait for turns of graphs, in the order of the queue, as far as this worker knows them from one time
 * that it gives turns to the next: those that it read, and who came since by its own lanes, but for those of which a lane has
 * committed that they wait no more. All that stand before {@link Known#next} are here as long as nobody else has a shard or
 * gives turns of the graph, which is asked in Postgres each time; from there on they are read when they are wanted. One that is
 * queued anew, or is not to begin before a time, has to be read in any case. Thread-safe; answers from memory.
 */
final class WaitingRuns {
    /** Of each graph; each time, those that cannot begin are passed over. */
    private static final int MOST = 10_000;

    private static final int GRAPHS_THAT_MAY_HAVE_MOST = 5;

    /** What happened behind the back of the lanes is found out then. */
    private static final Duration KNOWN_FOR = Duration.ofSeconds(10);

    private final int most;
    private final Duration knownFor;
    private final Map<String, Known> graphs = new HashMap<>();
    private int size;

    /** What is known of a graph. */
    private static final class Known {
        private final Map<Integer, Long> epochs;
        private final Instant at;
        private final NavigableSet<WaitingRun> waiting = new TreeSet<>(WaitingRun.ORDER);
        private final Map<Long, WaitingRun> byNumber = new HashMap<>();
        /** Who came and went while some are read; null while none are. */
        private @Nullable Map<Long, Optional<WaitingRun>> meanwhile = new HashMap<>();
        /** The first that may be unread; null where all are here. */
        private @Nullable WaitingRun next;

        Known(Map<Integer, Long> epochs, Instant at) {
            this.epochs = epochs;
            this.at = at;
        }
    }

    WaitingRuns() {
        this(MOST, KNOWN_FOR);
    }

    /** @param most that are kept of a graph */
    WaitingRuns(int most, Duration knownFor) {
        this.most = most;
        this.knownFor = knownFor;
    }

    /** Whether the first are known of a graph, if these are still all shards there are, each under its epoch. */
    synchronized boolean areKnown(String graph, Map<Integer, Long> epochs, Instant now) {
        Known known = graphs.get(graph);
        return known != null
                && known.meanwhile == null
                && known.epochs.equals(epochs)
                && !now.isBefore(known.at)
                && now.isBefore(known.at.plus(knownFor));
    }

    /** Whether some are known to wait. */
    synchronized boolean areThere(String graph) {
        Known known = graphs.get(graph);
        return known != null && !known.waiting.isEmpty();
    }

    /** Whether all are known. */
    synchronized boolean areAll(String graph) {
        Known known = graphs.get(graph);
        return known != null && known.next == null;
    }

    /** The first of those that are known, from a place on. */
    synchronized List<WaitingRun> after(String graph, @Nullable WaitingRun last, int limit) {
        Known known = graphs.get(graph);
        if (known == null) {
            return List.of();
        }
        Set<WaitingRun> rest = last == null ? known.waiting : known.waiting.tailSet(last, false);
        return rest.stream().limit(limit).toList();
    }

    /** Nothing is known of a graph, and its first are about to be read. */
    synchronized void readingAnew(String graph, Map<Integer, Long> epochs, Instant now) {
        forget(graph);
        graphs.put(graph, new Known(epochs, now));
    }

    /** The first that may be unread, as it and those behind it are about to be read; null where all are known. */
    synchronized @Nullable WaitingRun readingOn(String graph) {
        Known known = graphs.get(graph);
        if (known == null || known.next == null) {
            return null;
        }
        known.meanwhile = new HashMap<>();
        return known.next;
    }

    /** More are about to be read. */
    synchronized void reading(String graph) {
        Known known = graphs.get(graph);
        if (known != null) {
            known.meanwhile = new HashMap<>();
        }
    }

    /** Some were read; where the others are unread is as before. */
    synchronized void read(String graph, List<WaitingRun> found) {
        Known known = graphs.get(graph);
        if (known != null) {
            read(graph, found, known.next);
        }
    }

    /** @param next the first that was left unread; null where all were read */
    synchronized void read(String graph, List<WaitingRun> found, @Nullable WaitingRun next) {
        Known known = graphs.get(graph);
        if (known == null || known.meanwhile == null) {
            return;
        }
        Map<Long, Optional<WaitingRun>> meanwhile = known.meanwhile;
        known.meanwhile = null;
        known.next = next;
        found.stream()
                .filter(waiting -> !meanwhile.containsKey(waiting.number()))
                .forEach(waiting -> add(known, waiting));
        meanwhile.values().forEach(came -> came.ifPresent(waiting -> add(known, waiting)));
    }

    private void add(Known known, WaitingRun waiting) {
        remove(known, waiting.number());
        if (known.next != null && !waiting.isBefore(known.next)) {
            return;
        }
        known.waiting.add(waiting);
        known.byNumber.put(waiting.number(), waiting);
        size++;
        if (known.waiting.size() > most || size > most * GRAPHS_THAT_MAY_HAVE_MOST) {
            WaitingRun last = known.waiting.last();
            remove(known, last.number());
            known.next = last;
        }
    }

    private void remove(Known known, long run) {
        WaitingRun waiting = known.byNumber.remove(run);
        if (waiting != null) {
            known.waiting.remove(waiting);
            size--;
        }
    }

    /** A run is queued, and that is committed. */
    synchronized void came(String graph, WaitingRun waiting) {
        Known known = graphs.get(graph);
        if (known != null && known.meanwhile != null) {
            known.meanwhile.put(waiting.number(), Optional.of(waiting));
        } else if (known != null) {
            add(known, waiting);
        }
    }

    /** A run waits no more, and that is committed. */
    synchronized void gone(String graph, long run) {
        Known known = graphs.get(graph);
        if (known != null && known.meanwhile != null) {
            known.meanwhile.put(run, Optional.empty());
        }
        if (known != null) {
            remove(known, run);
        }
    }

    /** What is known of a graph is not all there is. */
    synchronized void forget(String graph) {
        Known known = graphs.remove(graph);
        if (known != null) {
            size -= known.waiting.size();
        }
    }
}
