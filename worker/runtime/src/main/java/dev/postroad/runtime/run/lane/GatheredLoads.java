package dev.postroad.runtime.run.lane;

import dev.postroad.runtime.journal.StoredRun;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs that are to be read back and whom to hand them to: what gathers while some are read is read next, all together, as
 * thousands of runs that come back one by one would keep every connection for each of them. Alone, a run is read at once.
 * Thread-safe.
 */
final class GatheredLoads {
    /** What one statement reads, so that its memory and its time have a bound. */
    static final int MOST_TOGETHER = 200;

    /** So that a long run keeps no others from being read. */
    static final int MOST_AT_ONCE = 2;

    private final Map<String, List<Consumer<Optional<StoredRun>>>> wanted = new LinkedHashMap<>();
    private int readers;

    /** Wants a run; true where the caller is to see to it that there is one reader more. */
    synchronized boolean add(String runId, Consumer<Optional<StoredRun>> loaded) {
        wanted.computeIfAbsent(runId, first -> new ArrayList<>(1)).add(loaded);
        if (readers == MOST_AT_ONCE) {
            return false;
        }
        readers++;
        return true;
    }

    /** What a reader reads next, the longest wanted first; empty where there is nothing, and the reader is one no more. */
    synchronized Map<String, List<Consumer<Optional<StoredRun>>>> next() {
        Map<String, List<Consumer<Optional<StoredRun>>>> next = new LinkedHashMap<>();
        Iterator<Map.Entry<String, List<Consumer<Optional<StoredRun>>>>> first =
                wanted.entrySet().iterator();
        while (first.hasNext() && next.size() < MOST_TOGETHER) {
            Map.Entry<String, List<Consumer<Optional<StoredRun>>>> run = first.next();
            next.put(run.getKey(), run.getValue());
            first.remove();
        }
        if (next.isEmpty()) {
            readers--;
        }
        return next;
    }
}
