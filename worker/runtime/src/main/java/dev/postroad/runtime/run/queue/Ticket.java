package dev.postroad.runtime.run.queue;

import java.time.Instant;
import java.util.Comparator;

/**
 * A run's place in the queue.
 *
 * @param rank the earlier, the sooner it begins; of equals, the lower number
 * @param number the run's key in the tables
 * @param holder told when the run begins, or leaves memory
 */
public record Ticket(Instant rank, long number, String runId, int shard, TicketHolder holder)
        implements Comparable<Ticket> {
    private static final Comparator<Ticket> ORDER =
            Comparator.comparing(Ticket::rank).thenComparingLong(Ticket::number);

    private static final TicketHolder NOBODY = new TicketHolder() {
        @Override
        public void begin(Ticket ticket) {}

        @Override
        public void putAway(String runId) {}
    };

    /** Before all that a run can have. */
    static final Ticket FIRST = new Ticket(Instant.EPOCH, 0, "", -1, NOBODY);

    @Override
    public int compareTo(Ticket other) {
        return ORDER.compare(this, other);
    }
}
