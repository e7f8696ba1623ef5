package dev.postroad.runtime.run.queue;

import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.journal.QueuedRun;
import dev.postroad.runtime.journal.QueuedRuns;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Reads the tickets of runs that are queued in Postgres alone: where more wait than tickets are kept, and where shards
 * came. With shards still to come it waits as long as they come, so that the order holds over all of them. Owns one
 * thread.
 */
public final class QueueReader implements AutoCloseable {
    private static final long LOOK_EVERY_MILLIS = 20;
    private static final int MOST_AT_ONCE = 5_000;
    private static final Duration TIDIED_EVERY = Duration.ofMinutes(1);

    private final QueuedRuns queued;
    private final RunQueue queue;
    private final TicketOffice office;
    private final Supplier<Set<Integer>> owned;
    private final Supplier<Set<Integer>> toCome;
    private final InstantSource clock;
    private final ShardPatience patience = new ShardPatience();
    private final Rounds rounds;
    private Instant nextTidying = Instant.MIN;

    /**
     * @param owned the shards whose runs begin here
     * @param toCome those that this worker is to have besides
     */
    public QueueReader(
            QueuedRuns queued,
            RunQueue queue,
            TicketOffice office,
            Supplier<Set<Integer>> owned,
            Supplier<Set<Integer>> toCome,
            InstantSource clock) {
        this.queued = queued;
        this.queue = queue;
        this.office = office;
        this.owned = owned;
        this.toCome = toCome;
        this.clock = clock;
        this.rounds = new Rounds("postroad-queue", "queued runs", LOOK_EVERY_MILLIS, clock, this::read);
    }

    /** Starts looking. */
    public void start() {
        rounds.start();
    }

    private void read() throws SQLException {
        Instant now = clock.instant();
        if (!now.isBefore(nextTidying)) {
            nextTidying = now.plus(TIDIED_EVERY);
            queue.policy().tidy(queued, owned.get(), now);
        }
        if (patience.waitsFor(toCome.get(), now)) {
            return;
        }
        Ticket from = queue.readFrom();
        if (from == null) {
            return;
        }
        List<QueuedRun> found = queue.policy().read(queued, owned.get(), from, MOST_AT_ONCE);
        List<Ticket> tickets = found.stream().map(office::ticket).toList();
        if (tickets.size() < MOST_AT_ONCE) {
            office.prefetch(tickets.subList(0, Math.min(RunQueue.FEW, tickets.size())));
            queue.read(tickets, null);
        } else {
            office.prefetch(tickets.subList(0, RunQueue.FEW));
            queue.read(tickets.subList(0, MOST_AT_ONCE - 1), tickets.getLast());
        }
    }

    @Override
    public void close() {
        rounds.close();
    }
}
