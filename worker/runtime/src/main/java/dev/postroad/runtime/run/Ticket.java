package dev.postroad.runtime.run;

import java.time.Instant;
import java.util.Comparator;
import java.util.function.Consumer;

/**
 * A run's place in the queue.
 *
 * @param rank the earlier, the sooner it begins; of equals, the lower number
 * @param number the run's key in the tables
 * @param lane what its shard's lane is sent by
 */
record Ticket(Instant rank, long number, String runId, int shard, Consumer<Message> lane)
        implements Comparable<Ticket> {
    private static final Comparator<Ticket> ORDER =
            Comparator.comparing(Ticket::rank).thenComparingLong(Ticket::number);

    /** Before all that a run can have. */
    static final Ticket FIRST = new Ticket(Instant.EPOCH, 0, "", -1, message -> {});

    @Override
    public int compareTo(Ticket other) {
        return ORDER.compare(this, other);
    }
}
