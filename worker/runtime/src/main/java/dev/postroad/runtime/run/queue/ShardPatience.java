package dev.postroad.runtime.run.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How long the first in the queue wait for shards that are still to come, whose runs may be ahead of them: as long as one
 * comes after the other, but not for one that does not come. Not thread-safe.
 */
final class ShardPatience {
    /** Without another shard. */
    static final Duration BETWEEN_TWO = Duration.ofSeconds(2);

    /** However many come. */
    static final Duration AT_MOST = Duration.ofSeconds(20);

    private @Nullable Waiting waiting;

    private record Waiting(Set<Integer> toCome, Instant since, Instant unchangedSince) {}

    /** Whether those that are to come now are worth waiting for. */
    boolean waitsFor(Set<Integer> toCome, Instant now) {
        if (toCome.isEmpty()) {
            waiting = null;
            return false;
        }
        Waiting before = waiting == null ? new Waiting(toCome, now, now) : waiting;
        waiting = before.toCome().equals(toCome) ? before : new Waiting(toCome, before.since(), now);
        return !now.isAfter(waiting.unchangedSince().plus(BETWEEN_TWO))
                && !now.isAfter(waiting.since().plus(AT_MOST));
    }
}
