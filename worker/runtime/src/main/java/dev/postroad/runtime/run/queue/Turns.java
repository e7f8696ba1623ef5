package dev.postroad.runtime.run.queue;

import dev.postroad.engine.graph.QueueRules;
import dev.postroad.runtime.background.Bell;
import dev.postroad.runtime.background.Memory;
import dev.postroad.runtime.background.Repeats;
import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.journal.QueuedRun;
import dev.postroad.runtime.journal.QueuedRuns;
import dev.postroad.runtime.journal.TurnGiver;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the runs of graphs that limit them begin by turns. A turn that was given, by any worker, is found again now
 * and then until its run has begun, so none is lost with a worker. Owns one thread.
 */
public final class Turns implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Turns.class);
    private static final long LOOK_EVERY_MILLIS = 100;
    /** Each round reads all who are under way, however few may begin. */
    private static final int RESTS = 2;

    private static final Duration OFFER_AGAIN_AFTER = Duration.ofSeconds(1);

    /** Runs come to other workers, and stay when these are gone. */
    private static final Duration LOOK_FOR_OTHERS_EVERY = Duration.ofSeconds(1);

    private final QueuedRuns queued;
    private final TurnGiver giver;
    private final Limits limits;
    private final RunQueue queue;
    private final TicketOffice office;
    private final Supplier<Map<Integer, Long>> owned;
    private final InstantSource clock;
    private final Repeats repeats;
    private final Rounds rounds;
    /** When those are looked for next whose turn was given elsewhere, or came to nothing here. */
    private Instant nextSweep = Instant.MIN;
    /** When those are looked for that had their turn here and were to begin at once. */
    private Instant nextOfferAgain = Instant.MIN;

    private Instant nextLookForOthers = Instant.MIN;
    private Set<String> limitedElsewhere = Set.of();

    private final Map<Long, Instant> offered = new HashMap<>();

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
     * @param owned the shards whose runs begin here, with their epochs
     */
    public Turns(
            Bell wanted,
            QueuedRuns queued,
            TurnGiver giver,
            Limits limits,
            RunQueue queue,
            TicketOffice office,
            Supplier<Map<Integer, Long>> owned,
            InstantSource clock) {
        this.queued = queued;
        this.giver = giver;
        this.limits = limits;
        this.queue = queue;
        this.office = office;
        this.owned = owned;
        this.clock = clock;
        this.repeats = new Repeats(LOG, clock);
        this.rounds = new Rounds(
                wanted, RESTS, "postroad-turns", "runs whose turn it is", LOOK_EVERY_MILLIS, clock, this::look);
    }

    /** Starts looking. */
    public void start() {
        rounds.start();
    }

    private void look() throws SQLException {
        Instant now = clock.instant();
        Set<String> graphs = limited(now);
        if (graphs.isEmpty()) {
            return;
        }
        // A run without a place would keep its turn from others.
        if (queue.room() > 0) {
            for (String graph : wanted(graphs)) {
                giveOrTell(graph, now);
            }
        }
        if (!owned.get().isEmpty() && !now.isBefore(nextSweep)) {
            nextSweep = now.plusMillis(LOOK_EVERY_MILLIS);
            offer(queued.withTurn(owned.get()), now);
        }
        if (!now.isBefore(nextOfferAgain)) {
            nextOfferAgain = now.plus(OFFER_AGAIN_AFTER);
            offered.values().removeIf(at -> at.plus(OFFER_AGAIN_AFTER).isBefore(now));
            offer(giver.stillInHand(offered.keySet()), now);
        }
    }

    /** A graph whose turns cannot be given keeps no other from its turns; it is tried again in the next round. */
    private void giveOrTell(String graph, Instant now) throws SQLException {
        try {
            give(graph, now);
        } catch (SQLException refused) {
            if (isAway(refused)) {
                throw refused;
            }
            repeats.warn("cannot give turns to runs of graph " + graph, refused);
        } catch (RuntimeException | VirtualMachineError defect) {
            Memory.passOnIfShort(defect);
            repeats.error("giving turns to runs of graph " + graph + " broke; those of others get theirs", defect);
        }
    }

    /** The others would not be told anything else, and each after a time-out. */
    private static boolean isAway(SQLException failure) {
        String state = failure.getSQLState();
        return state == null || state.startsWith("08") || state.startsWith("57P");
    }

    private void give(String graph, Instant now) throws SQLException {
        TurnGiver.Room room = new TurnGiver.Room(owned.get(), queue.room());
        List<QueuedRun> given = giver.give(graph, version -> limits.rules(graph, version), room);
        given.forEach(run -> offered.remove(run.number()));
        offer(given, now);
    }

    /** Those that have limits, and those of which runs wait whose triggers set them. */
    private Set<String> limited(Instant now) throws SQLException {
        if (!now.isBefore(nextLookForOthers)) {
            limitedElsewhere = queued.graphsWithLines();
            nextLookForOthers = now.plus(LOOK_FOR_OTHERS_EVERY);
        }
        Set<String> graphs = new HashSet<>(limits.limitedGraphs());
        graphs.addAll(giver.limitedByTriggers());
        graphs.addAll(limitedElsewhere);
        return graphs;
    }

    /** Those of which runs wait; it is asked where none are known to. */
    private List<String> wanted(Set<String> graphs) throws SQLException {
        List<String> wanted = new ArrayList<>();
        Set<String> unknown = new HashSet<>();
        for (String graph : graphs) {
            if (giver.knowsWaiting(graph)) {
                wanted.add(graph);
            } else {
                unknown.add(graph);
            }
        }
        wanted.addAll(queued.wanted(unknown));
        return wanted;
    }

    /** Those that may begin here; what was offered just now is about to begin, and may have begun already. */
    private void offer(List<QueuedRun> runs, Instant now) {
        for (QueuedRun run : runs) {
            if (run.turn() != null && offered.putIfAbsent(run.number(), now) == null) {
                queue.offer(office.ticket(run));
            }
        }
    }

    @Override
    public void close() {
        rounds.close();
    }
}
