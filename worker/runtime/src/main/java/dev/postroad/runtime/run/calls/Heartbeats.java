package dev.postroad.runtime.run.calls;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * When remote agents last said that they are at work. The oldest half is forgotten where there are too many: who falls
 * silent is given up all the same, and who is at work says so again soon. Thread-safe.
 */
final class Heartbeats {
    /** Of each half. */
    private static final int MOST = 100_000;

    private volatile Map<RemoteCalls.Attempt, Instant> young = new ConcurrentHashMap<>();
    private volatile Map<RemoteCalls.Attempt, Instant> old = Map.of();

    void heard(RemoteCalls.Attempt attempt, Instant at) {
        if (young.size() >= MOST) {
            age();
        }
        young.put(attempt, at);
    }

    private synchronized void age() {
        if (young.size() >= MOST) {
            old = young;
            young = new ConcurrentHashMap<>();
        }
    }

    /** Null where it was not heard. */
    @Nullable
    Instant lastHeard(RemoteCalls.Attempt attempt) {
        Instant lately = young.get(attempt);
        return lately == null ? old.get(attempt) : lately;
    }
}
