package dev.postroad.runtime.run.queue;

import dev.postroad.runtime.journal.QueuedRun;
import dev.postroad.runtime.journal.QueuedRuns;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/**
 * Who begins next: the one question that the queue does not answer itself. It is put twice, of the tickets in memory and of
 * the runs that wait in Postgres alone, and both answers have to go by the same order. Thread-safe.
 */
public interface QueuePolicy {
    /** A line in which nobody waits. */
    Line line();

    /**
     * A shard comes with its runs that wait in Postgres, before any run comes to it here. Blocks.
     *
     * @throws SQLException where Postgres does not answer; then it is to be said again
     */
    void shardComes(QueuedRuns queued, int shard) throws SQLException;

    /**
     * Looks now and then whether there are those still who seem to wait; always on the same thread. Blocks.
     *
     * @param shards whose runs begin here
     * @throws SQLException where Postgres does not answer
     */
    default void tidy(QueuedRuns queued, Collection<Integer> shards, Instant now) throws SQLException {}

    /**
     * The first of those who wait in Postgres, in the order of the line; without those of graphs that limit their runs,
     * which wait for a turn.
     *
     * @param shards whose runs begin here
     * @param from nobody ahead of it is given
     * @param limit at most so many; fewer only where there are no more
     */
    List<QueuedRun> read(QueuedRuns queued, Collection<Integer> shards, Ticket from, int limit) throws SQLException;

    /** Those who wait for a place, in memory. Confined to the queue's lock, so it must not block. */
    interface Line {
        /** Lets one wait; one that waits already keeps its place, with this ticket. */
        void add(Ticket ticket);

        /** Whom the next place is for. There must be somebody. */
        Ticket first();

        /** The same; out of the line. There must be somebody. */
        Ticket takeFirst();

        /** Takes one out of the line, if it waits there at its rank. */
        void remove(Ticket ticket);

        /** Who would begin last of all; out of the line. There must be somebody. */
        Ticket takeLast();

        /** Whether one that comes now goes ahead of another. */
        boolean isAhead(Ticket one, Ticket other);

        /** Nobody of this shard waits here any more. */
        void removeShard(int shard);

        /** How many wait. */
        int size();
    }
}
