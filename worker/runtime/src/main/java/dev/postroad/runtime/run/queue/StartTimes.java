package dev.postroad.runtime.run.queue;

import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.journal.QueuedRun;
import dev.postroad.runtime.journal.QueuedRuns;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Gives a ticket to the runs that were not to begin before a time, when it has come. Until then they are in Postgres alone,
 * however many there are and for however long. One is found again at each look until it has begun, so none is lost with a
 * worker. Owns one thread.
 */
public final class StartTimes implements AutoCloseable {
    private static final long LOOK_EVERY_MILLIS = 250;
    private static final int MOST_AT_ONCE = 2_000;

    private final QueuedRuns queued;
    private final TakenTurns turns;
    private final RunQueue queue;
    private final TicketOffice office;
    private final Supplier<Set<Integer>> owned;
    private final Rounds rounds;

    /**
     * @param turns has those take theirs first whose keys take turns
     * @param owned the shards whose runs begin here
     */
    public StartTimes(
            QueuedRuns queued,
            TakenTurns turns,
            RunQueue queue,
            TicketOffice office,
            Supplier<Set<Integer>> owned,
            InstantSource clock) {
        this.queued = queued;
        this.turns = turns;
        this.queue = queue;
        this.office = office;
        this.owned = owned;
        this.rounds =
                new Rounds("postroad-start-times", "runs that may begin now", LOOK_EVERY_MILLIS, clock, this::look);
    }

    /** Starts looking. */
    public void start() {
        rounds.start();
    }

    private void look() throws SQLException {
        Set<Integer> shards = owned.get();
        if (shards.isEmpty()) {
            return;
        }
        for (QueuedRun run : queued.due(shards, MOST_AT_ONCE)) {
            queue.offer(office.ticket(run));
        }
        for (QueuedRun run : takeTurns(shards)) {
            queue.offer(office.ticket(run));
        }
    }

    private List<QueuedRun> takeTurns(Set<Integer> shards) throws SQLException {
        try {
            return turns.take(shards, MOST_AT_ONCE);
        } catch (SQLException | RuntimeException failed) {
            // Their ranks may be written all the same, and nobody would have a ticket of them.
            queue.unread();
            throw failed;
        }
    }

    @Override
    public void close() {
        rounds.close();
    }
}
