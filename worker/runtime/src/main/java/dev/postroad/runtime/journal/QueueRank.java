package dev.postroad.runtime.journal;

import dev.postroad.engine.run.Admission;
import dev.postroad.engine.run.QueuePlace;
import dev.postroad.engine.run.Run;
import java.time.Duration;
import java.time.Instant;

/**
 * The place of a run in the queue, the earlier the better: when it was queued, or may begin if that is later, and ten minutes earlier for each level of
 * its priority. So higher priority goes first, and nobody waits for ever behind those who come later. Where keys of its graph
 * take turns, it was given its rank by that.
 */
public final class QueueRank {
    private static final Duration AHEAD_BY_LEVEL = Duration.ofMinutes(10);

    private QueueRank() {}

    /** The rank of a run that was admitted. */
    public static Instant of(Run run) {
        QueuePlace place = run.admission().place();
        Instant given = place == null ? null : place.rank();
        return given == null ? ofArrival(run.admission(), run.queuedAt()) : given;
    }

    /** The rank of a run in the order of coming. */
    public static Instant ofArrival(Admission admission, Instant at) {
        Instant startAt = admission.startAt();
        Instant queuedAt = startAt == null || startAt.isBefore(at) ? at : startAt;
        return ofArrival(admission.priority(), queuedAt);
    }

    /** The rank of a run that comes at a time, in the order of coming. */
    static Instant ofArrival(int priority, Instant at) {
        return at.minus(AHEAD_BY_LEVEL.multipliedBy(priority));
    }
}
