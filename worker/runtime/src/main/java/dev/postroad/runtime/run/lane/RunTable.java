package dev.postroad.runtime.run.lane;

import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.run.QueuePlace;
import dev.postroad.engine.run.Run;
import dev.postroad.runtime.journal.JournalEntry;
import dev.postroad.runtime.journal.QueueRank;
import dev.postroad.runtime.journal.QueuedRun.Turn;
import dev.postroad.runtime.run.queue.FairRanks;
import dev.postroad.runtime.run.queue.RunQueue;
import dev.postroad.runtime.run.queue.Ticket;
import dev.postroad.runtime.run.queue.TicketHolder;
import dev.postroad.runtime.run.queue.TurnNews;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The runs that a lane has in its hands: those in flight, each with a place, and the first of those that are queued.
 * Confined to the lane's thread.
 */
final class RunTable {
    /** The most queued runs that are kept in memory, so that they need not be read back when they begin. */
    static final int MOST_KEPT = 20_000;

    private static final long MOST_KEPT_BYTES = 32L << 20;

    private final RunQueue queue;
    private final TurnNews turns;
    private final TicketHolder tickets;
    private final LaneFigures figures;
    private final FairRanks fair;
    private final Map<String, LiveRun> runs = new HashMap<>();
    private int inFlight;
    private int kept;
    private long keptBytes;

    /**
     * @param fair told of runs that begin
     * @param turns told of the runs of graphs with a limit
     * @param tickets told what becomes of the tickets of runs here
     */
    RunTable(RunQueue queue, FairRanks fair, TurnNews turns, TicketHolder tickets, LaneFigures figures) {
        this.queue = queue;
        this.turns = turns;
        this.tickets = tickets;
        this.figures = figures;
        this.fair = fair;
    }

    @Nullable
    LiveRun find(String runId) {
        return runs.get(runId);
    }

    /** Whether this very object is still the run's; one that was dropped meanwhile is not. */
    boolean holds(LiveRun live) {
        return live.isHeld();
    }

    private void put(LiveRun live) {
        LiveRun before = runs.put(live.key().id(), live);
        if (before != null) {
            before.hold(false);
        }
        live.hold(true);
    }

    /** The runs of which some task waits for an agent. */
    List<LiveRun> waitingFor(String agent) {
        return runs.values().stream()
                .filter(live -> live.run().isWaitingFor(agent))
                .toList();
    }

    /** Takes in a run that was read back; one that is under way, or is to go on, gets a place in any case. */
    void resume(LiveRun live) {
        put(live);
        if (live.run().status() != RunStatus.QUEUED && !live.holdsPlace()) {
            queue.take();
            seat(live);
        }
    }

    /** Takes in a run that comes just now; false where it has to wait for its turn or for a place. */
    boolean enter(LiveRun live, Instant now) {
        put(live);
        if (live.isLimited() || live.run().isEarly(now) || !takesPlace(live)) {
            return false;
        }
        seat(live);
        return true;
    }

    private boolean takesPlace(LiveRun live) {
        if (!isByTurns(live)) {
            return queue.tryTake();
        }
        if (queue.tryTake()) {
            fair.beganAtOnce(line(live));
            return true;
        }
        Ticket ticket = ticket(live);
        if (queue.tryTakeAhead(ticket)) {
            fair.began(line(live), ticket.rank());
            return true;
        }
        return false;
    }

    private static boolean isByTurns(LiveRun live) {
        QueuePlace place = live.run().admission().place();
        return place != null && place.key() != null;
    }

    private static FairRanks.Line line(LiveRun live) {
        return new FairRanks.Line(
                live.run().graph().name(), live.run().admission().priority());
    }

    /**
     * Queues a run that is committed; it stays in memory where it is among the first. One that is not to begin yet is in
     * Postgres alone, until it is found there when it is time.
     */
    void queue(LiveRun live, Instant now) {
        leavePlace(live);
        boolean takesTurnAnew = takesTurnAnew(live);
        if (takesTurnAnew) {
            queue.withdraw(ticket(live));
        }
        if (live.run().isEarly(now) || takesTurnAnew) {
            remove(live);
        } else if (live.isLimited()) {
            awaitTurn(live);
        } else {
            keepIf(queue.offer(ticket(live)) && hasRoom(live, 4), live);
        }
    }

    /** Its place is behind those who wait already, and is found by its row; what it had when it came is of no use. */
    private static boolean takesTurnAnew(LiveRun live) {
        return isByTurns(live) && live.statusSeq() > 0;
    }

    /** Its ticket comes with its turn, by way of Postgres; many that wait for theirs leave a quarter of the room to others. */
    private void awaitTurn(LiveRun live) {
        keepIf(hasRoom(live, 3), live);
        if (live.isKept()) {
            turns.wanted();
        }
    }

    /** Whether a queued run may stay in memory, where others leave it so many quarters of the room. */
    private boolean hasRoom(LiveRun live, int quarters) {
        return live.isKept()
                || (kept < MOST_KEPT / 4 * quarters && keptBytes + live.bytes() <= MOST_KEPT_BYTES / 4 * quarters);
    }

    private void keepIf(boolean stays, LiveRun live) {
        if (stays) {
            keep(live, true);
        } else {
            remove(live);
        }
    }

    private Ticket ticket(LiveRun live) {
        return new Ticket(
                QueueRank.of(live.run()),
                live.key().number(),
                live.key().id(),
                live.key().shard(),
                null,
                tickets);
    }

    /**
     * Gives the place that was taken for it to a run that is still queued, and has its turn where its graph has limits, so
     * that all of it is to be committed by now; else gives the place back.
     */
    boolean seatQueued(LiveRun live, Ticket ticket) {
        if (live.run().status() != RunStatus.QUEUED || live.holdsPlace() || !hasTurn(live, ticket)) {
            giveBackPlace();
            return false;
        }
        if (isByTurns(live)) {
            fair.began(line(live), ticket.rank());
        }
        seat(live);
        return true;
    }

    /** One that was queued anew since has none: it counts for no limit until it is given another. */
    private static boolean hasTurn(LiveRun live, Ticket ticket) {
        Turn turn = ticket.turn();
        return !live.isLimited() || (turn != null && live.statusSeq() == turn.seq());
    }

    /** Nobody needs the place that was taken for a run. */
    void giveBackPlace() {
        queue.leave();
    }

    private void seat(LiveRun live) {
        keep(live, false);
        live.holdPlace(true);
        inFlight++;
        figures.running(inFlight);
    }

    private void keep(LiveRun live, boolean keeps) {
        if (live.isKept() != keeps) {
            live.keep(keeps);
            kept += keeps ? 1 : -1;
            keptBytes += keeps ? live.bytes() : -live.bytes();
            figures.kept(kept);
        }
    }

    /** What was decided of a run is committed: it may wait for a turn or count for the limits of its graph from now on, or no more. */
    void committed(JournalEntry entry) {
        Run before = entry.before();
        Run after = entry.run();
        boolean isAsBefore = !entry.fresh()
                && before.status() == after.status()
                && before.graph().version() == after.graph().version()
                && !isQueuedAgain(entry);
        if (isAsBefore || !(before.queue().isLimited() || after.queue().isLimited())) {
            return;
        }
        String graph = after.graph().name();
        if (isQueuedAgain(entry)) {
            turns.left(graph, entry.key().number());
        }
        if (before.graph().version() != after.graph().version()) {
            turns.migrated(graph);
        }
        switch (after.status()) {
            case QUEUED, PAUSED -> turns.rests(entry);
            case RUNNING, WAITING -> turns.began(graph, entry.key().number());
            case COMPLETED, FAILED, CANCELLED -> turns.left(graph, entry.key().number());
        }
    }

    /** Whether it used its turn up, ended, and waits for another, all of that by one decision. */
    private static boolean isQueuedAgain(JournalEntry entry) {
        return !entry.fresh()
                && entry.before().status() == RunStatus.QUEUED
                && entry.run().status() == RunStatus.QUEUED
                && entry.rows().stream().anyMatch(row -> row.event().body().type() == EventType.RUN_STARTED);
    }

    /** Forgets a queued run that has lost its ticket, and is in Postgres. */
    void putAway(String runId) {
        LiveRun live = runs.get(runId);
        // What was decided of it and is not committed yet would be lost to subscribers; it is let go after the commit.
        if (live != null && live.isKept() && live.isSettled()) {
            remove(live);
        }
    }

    void remove(LiveRun live) {
        live.putAway();
        leavePlace(live);
        keep(live, false);
        runs.remove(live.key().id(), live);
        live.hold(false);
        if (live.isLimited()) {
            turns.wanted();
        }
    }

    /** All runs of a shard. */
    List<LiveRun> ofShard(int shard) {
        return runs.values().stream()
                .filter(live -> live.key().shard() == shard)
                .toList();
    }

    /** Removes all runs of a shard, and gives them. */
    List<LiveRun> removeShard(int shard) {
        queue.removeShard(shard);
        List<LiveRun> gone = ofShard(shard);
        gone.forEach(this::remove);
        return gone;
    }

    private void leavePlace(LiveRun live) {
        if (live.holdsPlace()) {
            live.holdPlace(false);
            inFlight--;
            figures.running(inFlight);
            queue.leave();
        }
    }
}
