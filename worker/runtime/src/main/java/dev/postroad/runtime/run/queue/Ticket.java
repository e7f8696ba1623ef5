package dev.postroad.runtime.run.queue;

import java.time.Instant;

/**
 * What a queued run waits with.
 *
 * @param rank what it got when it was admitted: when it was queued, earlier by its priority
 * @param number the run's key in the tables
 * @param holder told when the run begins, or leaves memory
 */
public record Ticket(Instant rank, long number, String runId, int shard, TicketHolder holder) {
    private static final TicketHolder NOBODY = new TicketHolder() {
        @Override
        public void begin(Ticket ticket) {}

        @Override
        public void putAway(String runId) {}
    };

    /** Before all that a run can have. */
    static final Ticket FIRST = new Ticket(Instant.EPOCH, 0, "", -1, NOBODY);
}
