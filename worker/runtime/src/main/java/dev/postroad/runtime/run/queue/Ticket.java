package dev.postroad.runtime.run.queue;

import dev.postroad.runtime.journal.QueuedRun.Turn;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a queued run waits with.
 *
 * @param rank what it got when it was admitted: when it was queued, earlier by its priority
 * @param number the run's key in the tables
 * @param turn what it may begin by, where its graph has limits; null for one that needs none
 * @param holder told when the run begins, or leaves memory
 */
public record Ticket(
        Instant rank,
        long number,
        String runId,
        int shard,
        @Nullable Turn turn,
        TicketHolder holder) {
    private static final TicketHolder NOBODY = new TicketHolder() {
        @Override
        public void begin(Ticket ticket) {}

        @Override
        public void putAway(String runId) {}
    };

    /** Whether it is of no use any more, as its turn was given while its shard had another owner than now. */
    public boolean isOutlived(long epoch) {
        return turn != null && turn.epoch() != epoch;
    }

    /** Before all that a run can have. */
    static final Ticket FIRST = new Ticket(Instant.EPOCH, 0, "", -1, null, NOBODY);
}
