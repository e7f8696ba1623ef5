package dev.postroad.runtime.run.calls;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Attempts of which their runs said that nobody waits for them: a host that goes on with one says so every few seconds, and
 * the run is not to be read back each time. For a while only, and no longer than until the attempt is sent, as a run that is
 * rolled back comes to the same attempt once more. Thread-safe.
 */
final class Refusals {
    static final Duration KEPT = Duration.ofSeconds(30);

    private static final int MOST = 10_000;

    private final Map<RemoteCalls.Attempt, Instant> all = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<RemoteCalls.Attempt, Instant> eldest) {
            return size() > MOST;
        }
    };

    synchronized void add(RemoteCalls.Attempt attempt, Instant now) {
        all.putIfAbsent(attempt, now.plus(KEPT));
    }

    synchronized boolean holds(RemoteCalls.Attempt attempt, Instant now) {
        Instant until = all.get(attempt);
        if (until != null && now.isAfter(until)) {
            all.remove(attempt);
            return false;
        }
        return until != null;
    }

    synchronized void remove(RemoteCalls.Attempt attempt) {
        // Nearly always there are none.
        if (!all.isEmpty()) {
            all.remove(attempt);
        }
    }

    synchronized void clear() {
        all.clear();
    }
}
