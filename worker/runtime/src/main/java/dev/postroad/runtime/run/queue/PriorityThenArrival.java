package dev.postroad.runtime.run.queue;

import dev.postroad.runtime.journal.QueuedRun;
import dev.postroad.runtime.journal.QueuedRuns;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * Who came first begins first, and each level of priority counts as if it had come earlier by some minutes: all of it is in
 * the rank that a run gets once, when it is admitted. Thread-safe.
 */
public final class PriorityThenArrival implements QueuePolicy {
    static final Comparator<Ticket> ORDER = Comparator.comparing(Ticket::rank).thenComparingLong(Ticket::number);

    @Override
    public Line line() {
        return new ByRank();
    }

    /** What a run's rank is does not depend on who waits. */
    @Override
    public void shardComes(QueuedRuns queued, int shard) {}

    @Override
    public List<QueuedRun> read(QueuedRuns queued, Collection<Integer> shards, Ticket from, int limit)
            throws SQLException {
        return queued.after(shards, from.rank(), from.number(), limit);
    }

    private static final class ByRank implements Line {
        private final TreeSet<Ticket> waiting = new TreeSet<>(ORDER);

        @Override
        public void add(Ticket ticket) {
            if (!waiting.add(ticket)) {
                // It stands where it stood, by the turn that it has now.
                waiting.remove(ticket);
                waiting.add(ticket);
            }
        }

        @Override
        public Ticket first() {
            return waiting.first();
        }

        @Override
        public Ticket takeFirst() {
            return waiting.removeFirst();
        }

        @Override
        public void remove(Ticket ticket) {
            waiting.remove(ticket);
        }

        @Override
        public Ticket takeLast() {
            return waiting.removeLast();
        }

        @Override
        public boolean isAhead(Ticket one, Ticket other) {
            return ORDER.compare(one, other) < 0;
        }

        @Override
        public void removeShard(int shard) {
            waiting.removeIf(ticket -> ticket.shard() == shard);
        }

        @Override
        public int size() {
            return waiting.size();
        }
    }
}
