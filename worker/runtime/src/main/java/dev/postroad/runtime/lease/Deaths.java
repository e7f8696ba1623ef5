package dev.postroad.runtime.lease;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells the dead from the slow, by looks at their rows and locks. Confined to one thread.
 *
 * <p>A row that does not change for a lease is a worker that is paused or cut off; that is measured here, by a clock that
 * goes on evenly, so that nobody dies of Postgres's clock being set. A lock that nobody holds is a process that ended,
 * where it stays so: a living one whose session was ended takes another at once, and renews its row.
 *
 * <p>What was not seen says nothing: where this worker did not look for a while, as it or Postgres stood still, or lost
 * its own session, everybody has a lease from then on to give a sign. So nobody takes over from anybody when Postgres was
 * away and comes back.
 */
final class Deaths {
    /** How long a lock is to be free of its holder, who may be about to take it anew. */
    static final Duration CONFIRMED = Duration.ofMillis(150);

    /** Looks that lie further apart say nothing about the time between. */
    private static final Duration GAP = Duration.ofSeconds(1);

    private final Map<Long, Seen> seen = new HashMap<>();
    private final long patience;
    private final long gap;
    private @Nullable Long lastLook;
    private long locksCountFrom;

    private record Seen(
            OffsetDateTime renewedAt,
            long changedAt,
            @Nullable Long unlockedAt) {
        Seen unlocked(long at) {
            return unlockedAt == null ? new Seen(renewedAt, changedAt, at) : this;
        }
    }

    /** @param lease this worker's own: so long it waits after it was away itself */
    Deaths(Duration lease) {
        this.patience = lease.toNanos();
        this.gap = Math.min(GAP.toNanos(), patience / 2);
    }

    /**
     * A session began.
     *
     * @param locksAreBelieved whether nothing was lost before it, so that a free lock is nobody's at once
     */
    void sessionBegan(long now, boolean locksAreBelieved) {
        seen.clear();
        lastLook = null;
        locksCountFrom = locksAreBelieved ? now : now + patience;
    }

    /** Who is dead, by what was found at a time in nanoseconds. */
    List<Death> judge(List<Neighbour> found, long now) {
        if (lastLook != null && now - lastLook > gap) {
            seen.clear();
            locksCountFrom = now + patience;
        }
        lastLook = now;
        Set<Long> there = found.stream().map(Neighbour::id).collect(Collectors.toSet());
        seen.keySet().retainAll(there);
        List<Death> dead = new ArrayList<>();
        for (Neighbour worker : found) {
            Death death = judge(worker, now);
            if (death != null) {
                dead.add(death);
            }
        }
        return dead;
    }

    private @Nullable Death judge(Neighbour worker, long now) {
        Seen before = seen.get(worker.id());
        if (before == null || !before.renewedAt().equals(worker.renewedAt())) {
            before = new Seen(worker.renewedAt(), now, null);
        }
        Seen current =
                worker.unlocked() ? before.unlocked(now) : new Seen(before.renewedAt(), before.changedAt(), null);
        seen.put(worker.id(), current);
        if (now - current.changedAt() >= worker.lease().toNanos()) {
            return new Death(worker, Death.Cause.LEASE_OVER);
        }
        boolean gone = current.unlockedAt() != null
                && now - current.unlockedAt() >= CONFIRMED.toNanos()
                && now - locksCountFrom >= 0;
        return gone ? new Death(worker, Death.Cause.SESSION_ENDED) : null;
    }

    /** Whether a lock was found free, so that it is worth looking again soon. */
    boolean isSuspicious() {
        return seen.values().stream().map(Seen::unlockedAt).anyMatch(Objects::nonNull);
    }
}
