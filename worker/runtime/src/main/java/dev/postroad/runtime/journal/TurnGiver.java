package dev.postroad.runtime.journal;

import dev.postroad.engine.graph.QueueRules;
import dev.postroad.runtime.journal.TakenPlaces.Taken;
import dev.postroad.runtime.journal.TurnPicker.Waiting;
import dev.postroad.runtime.journal.TurnsInHand.Turn;
import dev.postroad.runtime.limit.RateWindow;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
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
 * <p>Where the first of the queue wait for keys that are full, the first of each combination of keys are looked at besides,
 * from one to the next by an index, so that nobody behind them is read. Runs of versions that are paused are none of the
 * queue: those of other versions go ahead of them. Thread-safe.
 */
public final class TurnGiver {
    private static final int MOST_TURNS_AT_ONCE = 1_000;
    private static final int FEWEST_OF_FRONT = 100;
    private static final int MOST_LINES_AT_ONCE = 500;
    private static final int MOST_OF_A_LINE = 20;
    /** All that a version holds are read for that; where they are many, it is rarer, so that it takes a twentieth of the time. */
    private static final Duration LOOK_PAST_PAUSED_EVERY = Duration.ofSeconds(1);

    private static final int LOOKS_TAKE_ONE_IN = 20;

    private static final String READABLE = "id NOT IN (SELECT run FROM postroad.unreadable_runs)";
    private static final String NOT_IN_HAND = READABLE + " AND id NOT IN (SELECT unnest(?::bigint[]))";
    private static final String LOCK =
            "SELECT pg_try_advisory_xact_lock(hashtext('postroad.turn/' || ?)), clock_timestamp(),"
                    // An index that is looked through entry by entry leaves out those of runs that have gone on.
                    // And after a long queue Postgres would rather read all runs there are for the first of it.
                    + " set_config('enable_bitmapscan', 'off', true), set_config('enable_seqscan', 'off', true)";
    /** Whether this worker was the last to give turns of the graph, and has all shards there are, under these epochs. */
    private static final String IS_ALONE = """
            SELECT (SELECT worker FROM postroad.turn_givers WHERE graph = ?) = ? AND NOT EXISTS (
                SELECT FROM postroad.shards WHERE (shard, epoch) NOT IN (SELECT * FROM unnest(?::integer[], ?::bigint[])))""";

    private static final String NOTE_GIVER = """
            INSERT INTO postroad.turn_givers AS last (graph, worker) VALUES (?, ?)
            ON CONFLICT (graph) DO UPDATE SET worker = EXCLUDED.worker WHERE last.worker <> EXCLUDED.worker""";
    /** Those under way in shards that are here one by one, and those in hand; of others how many are alike. */
    static final String TAKEN = """
            SELECT version, keys, count(*) AS alike, id, NULL::text AS run_id, NULL::integer AS shard,
                   NULL::timestamptz AS rank, 0 AS seq, NULL::bigint AS epoch, true AS own FROM (
                SELECT version, limit_keys::text AS keys,
                       CASE WHEN status = 'running' AND shard = ANY (?::integer[]) THEN id END AS id FROM postroad.runs
                WHERE graph = ? AND limited AND status IN ('running', 'waiting') AND %1$s
                UNION ALL
                SELECT version, limit_keys::text AS keys, NULL::bigint AS id FROM postroad.runs
                WHERE graph = ? AND status = 'queued' AND turn_at IS NOT NULL AND %1$s) AS taken
            GROUP BY version, keys, id
            UNION ALL
            SELECT r.version, r.limit_keys::text, 1, r.id, r.run_id, r.shard, r.rank, t.seq, t.epoch, t.worker = ?
            FROM (SELECT worker, unnest(runs) AS run, unnest(seqs) AS seq, unnest(epochs) AS epoch
                  FROM postroad.turns WHERE graph = ?) AS t
            %2$s
            AND r.turn_at IS NULL AND %1$s""".formatted(READABLE, TurnsInHand.STANDING);

    private static final String FRONT_OF_THOSE = """
            (SELECT id, run_id, shard, version, rank, limit_keys::text AS keys, line, status_seq FROM postroad.runs
             WHERE graph = ? AND version <> ALL (?) AND status = 'queued' AND limited AND turn_at IS NULL AND %s AND %s
             ORDER BY rank, id LIMIT ?)""";
    private static final String FRONT = "SELECT * FROM ("
            + FRONT_OF_THOSE.formatted("wake_at IS NULL", NOT_IN_HAND) + " UNION ALL "
            + FRONT_OF_THOSE.formatted(QueuedRuns.DUE_FOR_A_TURN, NOT_IN_HAND)
            + ") AS front ORDER BY rank, id LIMIT ?";
    private static final String LINES = """
            WITH RECURSIVE lines AS (
                (SELECT line FROM postroad.runs
                 WHERE graph = ? AND status = 'queued' AND limited AND turn_at IS NULL AND line > ?
                 ORDER BY line LIMIT 1)
                UNION ALL
                SELECT next.line FROM lines, LATERAL (
                    SELECT r.line FROM postroad.runs r
                    WHERE r.graph = ? AND r.status = 'queued' AND r.limited AND r.turn_at IS NULL AND r.line > lines.line
                    ORDER BY r.line LIMIT 1) AS next)
            SELECT head.id, head.run_id, head.shard, head.version, head.rank, head.keys, l.line, head.status_seq
            FROM (SELECT line FROM lines LIMIT %d) AS l LEFT JOIN LATERAL (
                SELECT id, run_id, shard, version, rank, limit_keys::text AS keys, status_seq FROM postroad.runs
                WHERE graph = ? AND status = 'queued' AND limited AND turn_at IS NULL AND line = l.line
                  AND NOT l.line = ANY (?) AND (wake_at IS NULL OR wake_at <= now()) AND %s
                ORDER BY rank, id LIMIT ?) AS head ON true
            ORDER BY head.rank, head.id""".formatted(MOST_LINES_AT_ONCE, NOT_IN_HAND);
    private static final String MARK = """
            WITH given AS (
                UPDATE postroad.runs SET turn_at = now() WHERE id = ANY (?) AND status = 'queued'
                RETURNING id, run_id, shard, rank)
            SELECT id, run_id, shard, rank FROM given ORDER BY rank, id""";

    private static final Taken NOTHING = new Taken(0, null);
    private static final QueuedRun NOBODY = new QueuedRun(0, "", -1, Instant.EPOCH);
    private static final QueueRules ALL_TOGETHER =
            new QueueRules(List.of(new QueueRules.Concurrency(null, Integer.MAX_VALUE)), List.of(), null);

    private final DataSource database;
    private final TurnsInHand inHand;
    private final UsedLimits limits = new UsedLimits();
    private final TakenPlaces taken = new TakenPlaces();
    /** Where the look over the lines of a graph goes on; forgotten with the worker, which costs nothing. */
    private final Map<String, Long> linesFrom = new ConcurrentHashMap<>();
    /** The versions of graphs that are paused, as far as they were seen: no version ever changes. */
    private final Map<String, Set<Integer>> pausedVersions = new ConcurrentHashMap<>();

    private final Map<String, Instant> pastPausedFrom = new ConcurrentHashMap<>();
    private final Map<String, ReadKeys> readKeys = new ConcurrentHashMap<>();

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

    /** @param worker the number by which it is known */
    public TurnGiver(DataSource database, long worker) {
        this.database = database;
        this.inHand = new TurnsInHand(worker);
    }

    /**
     * Gives as many turns as a graph's limits allow, unless another worker is at it.
     *
     * @param rules of each version of the graph; null for one whose runs are to get no turn here
     * @return the runs that have a turn now, in the order of the queue, in whatever shards they are
     */
    public List<QueuedRun> give(String graph, IntFunction<@Nullable QueueRules> rules, Room room) throws SQLException {
        try (Connection connection = database.getConnection()) {
            List<QueuedRun> given = new ArrayList<>();
            connection.setAutoCommit(false);
            try {
                Instant now = lock(connection, graph);
                if (now != null) {
                    Giving giving = new Giving(connection, graph, rules, room, now, new TurnPicker(now, room.places()));
                    giving.give(given);
                    connection.commit();
                    giving.know();
                } else {
                    connection.commit();
                }
            } catch (SQLException | RuntimeException | VirtualMachineError failed) {
                taken.forget(graph);
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
            return inHand.still(connection, but);
        }
    }

    /** A run of a graph is under way, by a turn or without, and that is committed. Does not block. */
    public void began(String graph, long run) {
        inHand.gone(graph, run);
        taken.began(graph, run);
    }

    /** A run of a graph counts no more, and that is committed. Does not block. */
    public void left(String graph, long run) {
        inHand.gone(graph, run);
        taken.left(graph, run);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static @Nullable Instant lock(Connection connection, String graph) throws SQLException {
        try (PreparedStatement statement = QueuedRuns.statement(connection, LOCK)) {
            statement.setString(1, graph);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1)
                        ? row.getObject(2, OffsetDateTime.class).toInstant()
                        : null;
            }
        }
    }

    /** A run as it was read, and what it may get a turn by. */
    private record Read(
            QueuedRun run, int seq, Taken taken, @Nullable Waiting waiting, long line) {}

    /** One time that turns of a graph are given, in a transaction that has the lock. Confined to one thread. */
    private final class Giving {
        private final Connection connection;
        private final String graph;
        private final IntFunction<@Nullable QueueRules> rules;
        private final Room room;
        private final Instant now;
        private final TurnPicker picker;
        private final ReadKeys keys;
        private final Map<Long, Read> offered = new HashMap<>();
        private final Map<Long, Turn> own = new HashMap<>();
        private final Map<Long, Taken> turns = new HashMap<>();
        /** Those of all workers, which are queued as the others are. */
        private final Set<Long> inHands = new HashSet<>();

        private final Set<Integer> paused;

        Giving(
                Connection connection,
                String graph,
                IntFunction<@Nullable QueueRules> rules,
                Room room,
                Instant now,
                TurnPicker picker) {
            this.connection = connection;
            this.graph = graph;
            this.rules = rules;
            this.room = room;
            this.now = now;
            this.picker = picker;
            this.keys = readKeys.computeIfAbsent(graph, _ -> new ReadKeys());
            this.paused = pausedVersions.computeIfAbsent(graph, _ -> ConcurrentHashMap.newKeySet());
        }

        /** @param given takes those that get a turn */
        void give(List<QueuedRun> given) throws SQLException {
            boolean isKnown = noteKnown();
            if (!isKnown) {
                noteTaken();
            }
            offer(front());
            if (picker.hasPassedSome() && picker.picked().size() < MOST_TURNS_AT_ONCE) {
                offer(lines());
            }
            List<Long> toOthers = new ArrayList<>();
            for (Read read : picked()) {
                long number = read.run().number();
                Long epoch = room.epochs().get(read.run().shard());
                if (epoch == null) {
                    toOthers.add(number);
                } else {
                    own.put(number, new Turn(read.run(), read.seq(), epoch));
                    turns.put(number, read.taken());
                    given.add(read.run());
                }
            }
            if (!turns.isEmpty()) {
                inHand.hold(connection, graph, own.values());
            }
            if (!toOthers.isEmpty()) {
                taken.forget(graph);
                given.addAll(mark(toOthers));
            }
            if (!isKnown && !given.isEmpty()) {
                noteGiver();
            }
            limits.save(connection, name(), picker.changed());
        }

        /** What was given is committed. */
        void know() {
            inHand.know(graph, own);
            taken.given(graph, turns);
        }

        private List<Read> picked() {
            return picker.picked().stream()
                    .map(number -> Objects.requireNonNull(offered.get(number)))
                    .sorted(Comparator.comparing((Read read) -> read.run().rank())
                            .thenComparingLong(read -> read.run().number()))
                    .toList();
        }

        private String name() {
            return "graph/" + graph;
        }

        /** Whether nothing came to be taken that is not known here. */
        private boolean noteKnown() throws SQLException {
            List<Taken> known = taken.taken(graph, room.epochs(), now);
            if (known == null || !isAlone()) {
                return false;
            }
            known.forEach(each -> note(each, 1));
            own.putAll(inHand.of(graph));
            inHands.addAll(own.keySet());
            return true;
        }

        private boolean isAlone() throws SQLException {
            try (PreparedStatement statement = QueuedRuns.statement(connection, IS_ALONE)) {
                statement.setString(1, graph);
                statement.setLong(2, inHand.worker());
                List<Map.Entry<Integer, Long>> shards =
                        List.copyOf(room.epochs().entrySet());
                statement.setArray(
                        3,
                        connection.createArrayOf(
                                "int4", shards.stream().map(Map.Entry::getKey).toArray()));
                statement.setArray(
                        4,
                        connection.createArrayOf(
                                "int8", shards.stream().map(Map.Entry::getValue).toArray()));
                try (ResultSet row = statement.executeQuery()) {
                    return row.next() && row.getBoolean(1);
                }
            }
        }

        private void noteGiver() throws SQLException {
            try (PreparedStatement statement = QueuedRuns.statement(connection, NOTE_GIVER)) {
                statement.setString(1, graph);
                statement.setLong(2, inHand.worker());
                statement.executeUpdate();
            }
        }

        /** Of a version that this release cannot read, runs count among all of the graph. */
        private void note(Taken each, long alike) {
            QueueRules found = rules.apply(each.version());
            picker.take(found == null ? ALL_TOGETHER : found, keys.of(each.keys()), alike);
        }

        private void noteTaken() throws SQLException {
            taken.reading(graph, room.epochs(), now);
            Map<Long, Taken> here = new HashMap<>();
            boolean isAllHere = true;
            try (PreparedStatement statement = QueuedRuns.statement(connection, TAKEN)) {
                statement.setArray(
                        1,
                        connection.createArrayOf("int4", room.epochs().keySet().toArray()));
                statement.setString(2, graph);
                statement.setString(3, graph);
                statement.setLong(4, inHand.worker());
                statement.setString(5, graph);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        Taken each = new Taken(rows.getInt("version"), rows.getString("keys"));
                        note(each, rows.getLong("alike"));
                        long number = rows.getLong("id");
                        isAllHere &= !rows.wasNull() && rows.getBoolean("own");
                        here.put(number, each);
                        noteInHand(number, rows);
                    }
                }
            }
            if (isAllHere) {
                taken.read(graph, here);
            } else {
                taken.forget(graph);
            }
        }

        private void noteInHand(long number, ResultSet row) throws SQLException {
            long epoch = row.getLong("epoch");
            if (row.wasNull()) {
                return;
            }
            inHands.add(number);
            if (row.getBoolean("own")) {
                own.put(number, new Turn(QueuedRuns.run(row), row.getInt("seq"), epoch));
            }
        }

        /** Where it is full of runs of versions that are paused, those behind them are looked for now and then. */
        private List<Read> front() throws SQLException {
            List<Read> found = front(Set.of());
            boolean mayHideOthers =
                    found.size() >= mostOfFront() && found.stream().anyMatch(read -> read.waiting() == null);
            if (paused.isEmpty() || !mayHideOthers || now.isBefore(pastPausedFrom.getOrDefault(graph, Instant.MIN))) {
                return found;
            }
            pastPausedFrom.put(graph, now.plus(LOOK_PAST_PAUSED_EVERY));
            int known;
            do {
                known = paused.size();
                found = front(paused);
            } while (paused.size() > known);
            Duration took = Duration.between(now, clock());
            pastPausedFrom.merge(graph, now.plus(took.multipliedBy(LOOKS_TAKE_ONE_IN)), TurnGiver::later);
            return found;
        }

        private Instant clock() throws SQLException {
            try (PreparedStatement statement = QueuedRuns.statement(connection, "SELECT clock_timestamp()");
                    ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getObject(1, OffsetDateTime.class).toInstant();
            }
        }

        /** Not many more than may begin here, which are most that wait, or all; others get theirs in the next round. */
        private int mostOfFront() {
            return Math.clamp(2L * room.places(), FEWEST_OF_FRONT, MOST_TURNS_AT_ONCE);
        }

        private List<Read> front(Set<Integer> without) throws SQLException {
            try (PreparedStatement statement = QueuedRuns.statement(connection, FRONT)) {
                int most = mostOfFront();
                Array versions = connection.createArrayOf("int4", without.toArray());
                Array taken = inHands();
                int place = 0;
                for (int part = 0; part < 2; part++) {
                    statement.setString(++place, graph);
                    statement.setArray(++place, versions);
                    statement.setArray(++place, taken);
                    statement.setInt(++place, most);
                }
                statement.setInt(++place, most);
                return read(statement);
            }
        }

        private Array inHands() throws SQLException {
            return connection.createArrayOf("int8", inHands.toArray());
        }

        /** Of the lines of which nobody may begin now, none are read. */
        private List<Read> lines() throws SQLException {
            try (PreparedStatement statement = QueuedRuns.statement(connection, LINES)) {
                statement.setString(1, graph);
                statement.setLong(2, linesFrom.getOrDefault(graph, Long.MIN_VALUE));
                statement.setString(3, graph);
                statement.setString(4, graph);
                statement.setArray(
                        5, connection.createArrayOf("int8", picker.blocked().toArray()));
                statement.setArray(6, inHands());
                statement.setInt(7, MOST_OF_A_LINE);
                List<Read> found = read(statement);
                TreeSet<Long> seen = new TreeSet<>();
                found.forEach(read -> seen.add(read.line()));
                linesFrom.put(graph, seen.size() < MOST_LINES_AT_ONCE ? Long.MIN_VALUE : seen.last());
                return found;
            }
        }

        private List<Read> read(PreparedStatement statement) throws SQLException {
            List<Read> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(read(rows));
                }
            }
            return found;
        }

        /** Of a line of which nobody may begin now there is a row that has nothing but the line. */
        private Read read(ResultSet row) throws SQLException {
            long line = row.getLong("line");
            long number = row.getLong("id");
            if (row.wasNull()) {
                return new Read(NOBODY, 0, NOTHING, null, line);
            }
            QueuedRun run = QueuedRuns.run(row);
            Taken taken = new Taken(row.getInt("version"), row.getString("keys"));
            QueueRules found = rules.apply(taken.version());
            if (found != null && found.isPaused()) {
                paused.add(taken.version());
            }
            Waiting waiting = found == null || found.isPaused()
                    ? null
                    : new Waiting(
                            number,
                            found,
                            keys.of(taken.keys()),
                            line,
                            room.epochs().containsKey(run.shard()));
            return new Read(run, row.getInt("status_seq"), taken, waiting, line);
        }

        private void offer(List<Read> found) throws SQLException {
            List<Waiting> waiting = new ArrayList<>();
            for (Read read : found) {
                if (read.waiting() != null) {
                    waiting.add(read.waiting());
                    offered.put(read.run().number(), read);
                }
            }
            Map<String, QueueRules.Rate> unknown = picker.unknownRates(waiting);
            Map<String, String> used = limits.read(connection, name(), unknown.keySet());
            unknown.forEach((bucket, rate) -> picker.know(
                    bucket,
                    used.containsKey(bucket)
                            ? RateWindow.of(rate.per(), used.get(bucket))
                            : RateWindow.empty(rate.per())));
            picker.offer(waiting, MOST_TURNS_AT_ONCE);
        }

        private List<QueuedRun> mark(List<Long> runs) throws SQLException {
            if (runs.isEmpty()) {
                return List.of();
            }
            try (PreparedStatement statement = QueuedRuns.statement(connection, MARK)) {
                statement.setArray(1, connection.createArrayOf("int8", runs.toArray()));
                return QueuedRuns.found(statement);
            }
        }
    }
}
