package dev.postroad.runtime.run.queue;

import dev.postroad.runtime.journal.QueuedRun;
import java.util.List;

/** Gives tickets to runs that are queued in Postgres, in the names of those who are to begin them. Thread-safe. */
public interface TicketOffice {
    /** What a queued run gets a place by. */
    Ticket ticket(QueuedRun run);

    /** Lets the runs of tickets be read back, for they are soon to begin. */
    void prefetch(List<Ticket> tickets);
}
