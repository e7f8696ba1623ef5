package dev.postroad.runtime.journal;

import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.graph.QueueRules;
import dev.postroad.engine.run.Run;
import dev.postroad.runtime.journal.TakenPlaces.Taken;
import dev.postroad.runtime.journal.TurnPicker.Waiting;
import dev.postroad.runtime.journal.TurnsInHand.InHand;
import dev.postroad.runtime.limit.RateWindow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Lets runs of graphs that limit them begin by turns, which are given in the order of the queue over the whole cluster: by
 * whichever worker looks first, under a lock of that graph's own, so that never more have a turn or are under way than the
 * limits say. What counts is what the rows of runs say, so a worker that dies keeps no place: its runs go on elsewhere, and
 * hold the places that are theirs. A turn stands in the row of its run, where it waits until whoever has its shard finds it;
 * those of runs that can begin here at once are {@link TurnsInHand}, and nothing is written into their rows.
 *
 * <p>A worker that has all shards, and gave the last turns of a graph, knows from its lanes what counts and who waits, as
 * {@link TakenPlaces} and {@link WaitingRuns} have it; any other reads that each time, who waits by {@link GraphQueue}.
 * Thread-safe.
 */
public final class TurnGiver {
    private static final int MOST_TURNS_AT_ONCE = 1_000;
    private static final int FEWEST_OF_FRONT = 100;
    private static final int MOST_PAGES = 20;
    private static final String LOCK =
            "SELECT pg_try_advisory_xact_lock(hashtext('postroad.turn/' || ?)), clock_timestamp(),"
                    // An index that is looked through entry by entry leaves out those of runs that have gone on.
                    // And after a long queue Postgres would rather read all runs there are for the first of it.
                    + " set_config('enable_bitmapscan', 'off', true), set_config('enable_seqscan', 'off', true)";
    private static final QueueRules ALL_TOGETHER =
            new QueueRules(List.of(new QueueRules.Concurrency(null, Integer.MAX_VALUE)), List.of(), null);

    private final DataSource database;
    private final TurnsInHand inHand;
    private final UsedLimits limits = new UsedLimits();
    private final TakenPlaces taken;
    private final WaitingRuns waiting;
    private final Map<String, GraphQueue> queues = new ConcurrentHashMap<>();
    private final Set<String> limitedByTriggers = ConcurrentHashMap.newKeySet();

    /**
     * Which runs may begin here at once.
     *
     * @param epochs of the shards whose runs begin here
     * @param places for so many of them there is room
     */
    public record Room(Map<Integer, Long> epochs, int places) {
        /** None. */
        public static final Room NONE = new Room(Map.of(), 0);

        public Room {
            epochs = Map.copyOf(epochs);
        }
    }

    /**
     * @param database hands out connections with a limit on the time of their statements: a timer for each statement would
     *     cost more than the limit is worth
     * @param worker the number by which it is known
     */
    public TurnGiver(DataSource database, long worker) {
        this(database, worker, new WaitingRuns(), new TakenPlaces());
    }

    TurnGiver(DataSource database, long worker, WaitingRuns waiting, TakenPlaces taken) {
        this.database = database;
        this.inHand = new TurnsInHand(worker);
        this.waiting = waiting;
        this.taken = taken;
    }

    /**
     * Gives as many turns as a graph's limits allow, unless another worker is at it.
     *
     * @param rules of each version of the graph; null for one whose runs are to get no turn here
     * @return the runs that have a turn now, in the order of the queue, in whatever shards they are; those that are to begin here
     *     with their turn
     */
    public List<QueuedRun> give(String graph, IntFunction<@Nullable QueueRules> rules, Room room) throws SQLException {
        try (Connection connection = database.getConnection()) {
            List<QueuedRun> given = new ArrayList<>();
            connection.setAutoCommit(false);
            try {
                Instant now = lock(connection, graph);
                if (now != null) {
                    Giving giving = new Giving(connection, graph, rules, room, now);
                    giving.give(given);
                    connection.commit();
                    giving.know();
                } else {
                    connection.commit();
                }
            } catch (SQLException | RuntimeException | VirtualMachineError failed) {
                forget(graph);
                connection.rollback();
                throw failed;
            } finally {
                connection.setAutoCommit(true);
            }
            limits.tidy(connection);
            return given;
        }
    }

    /**
     * The runs that were to begin here at once, and have not begun yet.
     *
     * @param but of these it is not asked: they are about to begin
     */
    public List<QueuedRun> stillInHand(Set<Long> but) throws SQLException {
        if (inHand.isEmpty()) {
            return List.of();
        }
        try (Connection connection = database.getConnection()) {
            return inHand.still(connection, but, waiting::forget);
        }
    }

    /** The graphs of which runs came here that triggers limit, whatever the graphs say. Does not block. */
    public Set<String> limitedByTriggers() {
        return limitedByTriggers;
    }

    /** Whether runs of a graph are known to wait for a turn. Does not block. */
    public boolean knowsWaiting(String graph) {
        return waiting.areThere(graph);
    }

    /**
     * A run is queued or paused, and that is committed. One that came just now, and for now, is known from what was written; of
     * any other, which may have got another turn meanwhile, all is read anew. Does not block.
     */
    public void rests(JournalEntry entry) {
        Run run = entry.run();
        String graph = run.graph().name();
        if (run.admission().rules().isLimited()) {
            limitedByTriggers.add(graph);
        }
        if (!entry.fresh()) {
            forget(graph);
        } else if (run.status() == RunStatus.QUEUED
                && run.wakeAt() == null
                && !run.queue().isPaused()) {
            waiting.came(graph, WaitingRun.admitted(entry));
        }
    }

    /** A run of a graph is under way, by a turn or without, and that is committed. Does not block. */
    public void began(String graph, long run) {
        inHand.gone(graph, run);
        waiting.gone(graph, run);
        taken.began(graph, run);
    }

    /** A run of a graph neither waits nor counts any more, and that is committed. Does not block. */
    public void left(String graph, long run) {
        inHand.gone(graph, run);
        waiting.gone(graph, run);
        taken.left(graph, run);
    }

    /** A run of a graph counts by another version of it from now on, and that is committed. Does not block. */
    public void migrated(String graph) {
        forget(graph);
    }

    /** Runs of a graph took their places in the queue that had none, and that is committed. Does not block. */
    public void ranked(String graph) {
        waiting.forget(graph);
    }

    private void forget(String graph) {
        taken.forget(graph);
        waiting.forget(graph);
    }

    private static @Nullable Instant lock(Connection connection, String graph) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
            statement.setString(1, graph);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1)
                        ? row.getObject(2, OffsetDateTime.class).toInstant()
                        : null;
            }
        }
    }

    /** One time that turns of a graph are given, in a transaction that has the lock. Confined to one thread. */
    private final class Giving {
        private final String graph;
        private final IntFunction<@Nullable QueueRules> rules;
        private final Room room;
        private final Instant now;
        private final Connection connection;
        private final WrittenTurns written;
        private final GraphQueue queue;
        private final TurnPicker picker;
        private final Map<Long, WaitingRun> offered = new HashMap<>();
        private final Map<Long, InHand> own = new HashMap<>();
        private final Map<Long, Taken> turns = new HashMap<>();
        /** Those of all workers, which are queued as the others are. */
        private final Set<Long> inHands = new HashSet<>();

        Giving(Connection connection, String graph, IntFunction<@Nullable QueueRules> rules, Room room, Instant now) {
            this.connection = connection;
            this.graph = graph;
            this.rules = rules;
            this.room = room;
            this.now = now;
            this.written = new WrittenTurns(connection, graph, inHand.worker());
            this.queue = queues.computeIfAbsent(graph, GraphQueue::new);
            this.picker = new TurnPicker(now, room.places());
        }

        /** @param given takes those that get a turn */
        void give(List<QueuedRun> given) throws SQLException {
            List<Taken> places = taken.taken(graph, room.epochs(), now);
            boolean isKnown = waiting.areKnown(graph, room.epochs(), now);
            boolean isAlone = (places != null || isKnown) && written.isAlone(room.epochs());
            if (places != null && isAlone) {
                places.forEach(each -> note(each, 1));
                own.putAll(inHand.of(graph));
                inHands.addAll(own.keySet());
            } else {
                noteTaken();
            }
            offerWaiting(isKnown && isAlone);
            List<WaitingRun> toOthers = new ArrayList<>();
            for (WaitingRun each : picked()) {
                Long epoch = room.epochs().get(each.run().shard());
                if (epoch == null) {
                    toOthers.add(each);
                } else {
                    InHand held = new InHand(each.run(), new QueuedRun.Turn(each.seq(), epoch));
                    own.put(each.number(), held);
                    turns.put(each.number(), each.counts());
                    given.add(held.given());
                }
            }
            if (!turns.isEmpty()) {
                inHand.hold(connection, graph, own.values());
            }
            if (!toOthers.isEmpty()) {
                forget(graph);
                given.addAll(written.mark(toOthers));
            }
            if (!isAlone && !given.isEmpty()) {
                written.noteGiver();
            }
            limits.save(connection, name(), picker.changed());
        }

        /** What was given is committed. */
        void know() {
            inHand.know(graph, own);
            taken.given(graph, turns);
            turns.keySet().forEach(run -> waiting.gone(graph, run));
        }

        private List<WaitingRun> picked() {
            return picker.picked().stream()
                    .map(number -> Objects.requireNonNull(offered.get(number)))
                    .sorted(WaitingRun.ORDER)
                    .toList();
        }

        private String name() {
            return UsedLimits.ofGraph(graph);
        }

        /** Of a version that this release cannot read, runs count among all of the graph. */
        private void note(Taken each, long alike) {
            QueueRules found = each.rules(rules);
            picker.take(found == null ? ALL_TOGETHER : found, each.keys().keys(), alike);
        }

        private void noteTaken() throws SQLException {
            taken.reading(graph, room.epochs(), now);
            Map<Long, Taken> here = new HashMap<>();
            boolean isAllHere = true;
            for (WrittenTurns.Counted counted : written.counted(room.epochs(), queue.keys())) {
                note(counted.taken(), counted.alike());
                Long run = counted.run();
                if (run == null || !counted.isOwn()) {
                    isAllHere = false;
                } else {
                    here.put(run, counted.taken());
                }
                if (run != null && counted.inHand() != null) {
                    noteInHand(run, counted.inHand(), counted.isOwn());
                }
            }
            if (isAllHere) {
                taken.read(graph, here);
            } else {
                taken.forget(graph);
            }
        }

        private void noteInHand(long run, InHand held, boolean isOwn) {
            inHands.add(run);
            if (isOwn) {
                own.put(run, held);
            }
        }

        /** Those at hand, then those behind them by an index; and where they wait for what is full, the first of all lines. */
        private void offerWaiting(boolean isKnown) throws SQLException {
            // Not many more than may begin here, which are most that wait, or all; others get theirs in the next round.
            int most = Math.clamp(2L * room.places(), FEWEST_OF_FRONT, MOST_TURNS_AT_ONCE);
            GraphQueue.Look look = new GraphQueue.Look(connection, now, rules, inHands, most);
            if (isKnown && noteDue(look)) {
                offerKnown(most);
                WaitingRun from = picker.wantsMore(MOST_TURNS_AT_ONCE) ? waiting.readingOn(graph) : null;
                if (from != null) {
                    offer(noted(queue.from(look, from)));
                }
            } else {
                waiting.readingAnew(graph, room.epochs(), now);
                GraphQueue.Page page = queue.front(look);
                offer(noted(page));
                for (int i = 0; i < MOST_PAGES && isPastOwn(page); i++) {
                    page = queue.from(look, Objects.requireNonNull(page.next()));
                    offer(noted(page));
                }
            }
            boolean arePassed =
                    picker.hasPassedSome() && picker.wantsMore(MOST_TURNS_AT_ONCE) && !waiting.areAll(graph);
            if (arePassed || (limitedByTriggers.contains(graph) && picker.hasRoomForOwn(MOST_TURNS_AT_ONCE))) {
                offer(queue.lines(look, picker.blocked()));
            }
        }

        /** Those that wait by limits of their own, however many, are not to hide those behind them who wait by the graph's. */
        private boolean isPastOwn(GraphQueue.Page page) {
            return page.next() != null
                    && picker.wantsMore(MOST_TURNS_AT_ONCE)
                    && page.runs().stream()
                            .anyMatch(each -> each.counts().keys().isOwn());
        }

        /** False where there are so many whose time has come that they are better read in order with the others. */
        private boolean noteDue(GraphQueue.Look look) throws SQLException {
            waiting.reading(graph);
            GraphQueue.Page due = queue.due(look);
            waiting.read(graph, due.runs());
            return due.next() == null;
        }

        private void offerKnown(int portion) throws SQLException {
            List<WaitingRun> next = waiting.after(graph, null, portion);
            while (!next.isEmpty()) {
                offer(next);
                next = picker.wantsMore(MOST_TURNS_AT_ONCE)
                        ? waiting.after(graph, next.getLast(), MOST_TURNS_AT_ONCE)
                        : List.of();
            }
        }

        private List<WaitingRun> noted(GraphQueue.Page page) {
            waiting.read(graph, page.runs(), page.next());
            return page.runs();
        }

        private void offer(List<WaitingRun> found) throws SQLException {
            List<Waiting> wanted = new ArrayList<>();
            for (WaitingRun each : found) {
                QueueRules its = each.counts().rules(rules);
                if (its == null || its.isPaused() || inHands.contains(each.number()) || picker.isBlocked(each.line())) {
                    continue;
                }
                boolean isHere = room.epochs().containsKey(each.run().shard());
                wanted.add(new Waiting(
                        each.number(),
                        its,
                        each.counts().keys().keys(),
                        each.counts().keys().isOwn(),
                        each.line(),
                        isHere));
                offered.put(each.number(), each);
            }
            Map<String, QueueRules.Rate> unknown = picker.unknownRates(wanted);
            Map<String, String> used = limits.read(connection, name(), unknown.keySet());
            unknown.forEach((bucket, rate) -> picker.know(
                    bucket,
                    used.containsKey(bucket)
                            ? RateWindow.of(rate.per(), used.get(bucket))
                            : RateWindow.empty(rate.per())));
            picker.offer(wanted, MOST_TURNS_AT_ONCE);
        }
    }
}
