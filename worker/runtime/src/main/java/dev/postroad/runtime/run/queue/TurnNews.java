package dev.postroad.runtime.run.queue;

import dev.postroad.runtime.journal.JournalEntry;

/** Told of the runs of graphs that limit them, which begin by turns. Thread-safe; must not block. */
public interface TurnNews {
    /** One wants a turn, or gave its turn back. */
    void wanted();

    /** One is queued or paused, and that is committed. */
    void rests(JournalEntry entry);

    /** One is under way, and that is committed. */
    void began(String graph, long run);

    /** Some stand in the queue from now on that were to take their turn later, and that is committed. */
    void ranked(String graph);

    /** One counts by another version of its graph from now on, and that is committed. */
    void migrated(String graph);

    /** One neither waits nor counts for a limit any more, and that is committed. */
    void left(String graph, long run);
}
