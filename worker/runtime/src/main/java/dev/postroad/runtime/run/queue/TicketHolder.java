package dev.postroad.runtime.run.queue;

/** Who has runs queued, and is told what becomes of their tickets. Must not block: the queue is locked meanwhile. */
public interface TicketHolder {
    /** The run has a place, and may begin. */
    void begin(Ticket ticket);

    /** The run has no ticket any more; it is in Postgres, and need not be in memory. */
    void putAway(String runId);
}
