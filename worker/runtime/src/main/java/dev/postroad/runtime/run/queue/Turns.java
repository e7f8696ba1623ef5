package dev.postroad.runtime.run.queue;

import dev.postroad.engine.graph.QueueRules;
import dev.postroad.runtime.background.Bell;
import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.journal.QueuedRun;
import dev.postroad.runtime.journal.QueuedRuns;
import dev.postroad.runtime.journal.TurnGiver;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets the runs of graphs that limit them begin by turns. A turn that was given, by any worker, is found again now
 * and then until its run has begun, so none is lost with a worker. Owns one thread.
 */
public final class Turns implements AutoCloseable {
    private static final long LOOK_EVERY_MILLIS = 100;

    private final QueuedRuns queued;
    private final TurnGiver giver;
    private final Limits limits;
    private final RunQueue queue;
    private final TicketOffice office;
    private final Supplier<Set<Integer>> owned;
    private final InstantSource clock;
    private final Rounds rounds;
    /** When those are looked for next whose turn was given elsewhere, or came to nothing here. */
    private Instant nextSweep = Instant.MIN;

    /** The limits that graphs set to their runs. Thread-safe; answers from memory. */
    public interface Limits {
        /** The names of the graphs that have a version with a limit. */
        Set<String> limitedGraphs();

        /** What a version of a graph says of its queue; null for one that this release cannot read: its runs get their turns from others. */
        @Nullable
        QueueRules rules(String graph, int version);
    }

    /**
     * @param wanted rung where a run came that wants a turn, or one ended that had one
     * @param owned the shards whose runs begin here
     */
    public Turns(
            Bell wanted,
            QueuedRuns queued,
            TurnGiver giver,
            Limits limits,
            RunQueue queue,
            TicketOffice office,
            Supplier<Set<Integer>> owned,
            InstantSource clock) {
        this.queued = queued;
        this.giver = giver;
        this.limits = limits;
        this.queue = queue;
        this.office = office;
        this.owned = owned;
        this.clock = clock;
        this.rounds =
                new Rounds(wanted, "postroad-turns", "runs whose turn it is", LOOK_EVERY_MILLIS, clock, this::look);
    }

    /** Starts looking. */
    public void start() {
        rounds.start();
    }

    private void look() throws SQLException {
        Set<String> graphs = limits.limitedGraphs();
        if (graphs.isEmpty()) {
            return;
        }
        for (String graph : queued.wanted(graphs)) {
            List<QueuedRun> given = giver.give(graph, version -> limits.rules(graph, version));
            Set<Integer> shards = owned.get();
            offer(given.stream().filter(run -> shards.contains(run.shard())).toList());
        }
        Instant now = clock.instant();
        Set<Integer> shards = owned.get();
        if (!shards.isEmpty() && !now.isBefore(nextSweep)) {
            nextSweep = now.plusMillis(LOOK_EVERY_MILLIS);
            offer(queued.withTurn(shards));
        }
    }

    private void offer(List<QueuedRun> runs) {
        runs.forEach(run -> queue.offer(office.ticket(run)));
    }

    @Override
    public void close() {
        rounds.close();
    }
}
