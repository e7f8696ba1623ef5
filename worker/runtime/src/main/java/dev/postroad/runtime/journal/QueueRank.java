package dev.postroad.runtime.journal;

import dev.postroad.engine.run.Run;
import java.time.Duration;
import java.time.Instant;

/**
 * The place of a run in the queue, the earlier the better: when it was queued, or may begin if that is later, and ten minutes earlier for each level of
 * its priority. So higher priority goes first, and nobody waits for ever behind those who come later.
 */
public final class QueueRank {
    private static final Duration AHEAD_BY_LEVEL = Duration.ofMinutes(10);

    private QueueRank() {}

    /** The rank of a run that was admitted. */
    public static Instant of(Run run) {
        Instant startAt = run.admission().startAt();
        Instant queuedAt = startAt == null || startAt.isBefore(run.queuedAt()) ? run.queuedAt() : startAt;
        return queuedAt.minus(AHEAD_BY_LEVEL.multipliedBy(run.admission().priority()));
    }
}
