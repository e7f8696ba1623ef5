package dev.postroad.runtime.history.past;

import java.lang.ref.SoftReference;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The runs that somebody looked at last, as far as they were followed. A few of them, and none where memory is needed for
 * anything else. Thread-safe.
 */
final class FollowedRuns {
    private static final int MOST = 8;

    private final Map<Long, SoftReference<FollowedRun>> known = new LinkedHashMap<>(MOST, 1, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, SoftReference<FollowedRun>> eldest) {
            return size() > MOST;
        }
    };

    /** The run of a number, where it was followed before. */
    synchronized Optional<FollowedRun> known(long number) {
        return Optional.ofNullable(known.get(number)).map(SoftReference::get);
    }

    /** The run of a number; a new one is kept, unless what was kept of it became too long. */
    synchronized FollowedRun of(long number, Supplier<FollowedRun> beginning) {
        Optional<FollowedRun> kept = known(number);
        if (kept.isPresent() && !kept.get().isTooLong()) {
            return kept.get();
        }
        FollowedRun fresh = beginning.get();
        known.put(number, new SoftReference<>(fresh));
        return fresh;
    }
}
