package dev.postroad.runtime.registry;

import dev.postroad.contracts.definition.RegistryKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * When what a key of the registry names was last published or removed, as far as this worker knows. Held is that of what
 * is there, and of what is gone that of the last ones; the rest is asked of Postgres. Thread-safe.
 */
final class LatestChanges {
    private static final int MOST_GONE = 10_000;

    private final Function<RegistryKey, Optional<Instant>> stored;
    private final Map<RegistryKey, Instant> there = new HashMap<>();
    private final LinkedHashMap<RegistryKey, Instant> gone = new LinkedHashMap<>();
    private boolean hasForgotten;

    /** @param stored when what a key names was changed, as Postgres says; waits for it */
    LatestChanges(Function<RegistryKey, Optional<Instant>> stored) {
        this.stored = stored;
    }

    /** It was published then, or at least somebody tried. */
    synchronized void published(RegistryKey key, Instant at) {
        Instant before = gone.remove(key);
        there.merge(key, before == null ? at : later(before, at), LatestChanges::later);
    }

    /** It was removed then, whether it was there or not. */
    synchronized void removed(RegistryKey key, Instant at) {
        Instant before = there.remove(key);
        // What is removed again is not among the oldest.
        Instant removedBefore = gone.remove(key);
        Instant last = before == null ? at : later(before, at);
        gone.put(key, removedBefore == null ? last : later(removedBefore, last));
        if (gone.size() > MOST_GONE) {
            gone.pollFirstEntry();
            hasForgotten = true;
        }
    }

    /** How many keys are held. */
    synchronized int held() {
        return there.size() + gone.size();
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** Whether what was published or removed at a time is known, or something later is. */
    boolean include(RegistryKey key, Instant at) {
        return latest(key).filter(known -> !at.isAfter(known)).isPresent();
    }

    private Optional<Instant> latest(RegistryKey key) {
        synchronized (this) {
            Instant held = there.containsKey(key) ? there.get(key) : gone.get(key);
            if (held != null || !hasForgotten) {
                return Optional.ofNullable(held);
            }
        }
        return stored.apply(key);
    }
}
