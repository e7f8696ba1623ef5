package dev.postroad.runtime.journal;

import dev.postroad.engine.graph.QueueRules;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The queue of a graph that limits its runs, as it stands in Postgres. Where the first of it wait for keys that are full, the
 * first of each combination of keys are looked at besides, from one to the next by an index, so that nobody behind them is
 * read. Runs of versions that are paused, or that this release cannot read, are none of it: those of other versions go ahead
 * of them. Used by one thread at a time, which has the lock of the graph.
 */
final class GraphQueue {
    private static final int MOST_LINES_AT_ONCE = 500;
    private static final int MOST_OF_A_LINE = 20;
    /** All that a version holds are read for that; where they are many, it is rarer, so that it takes a twentieth of the time. */
    private static final Duration LOOK_PAST_PAUSED_EVERY = Duration.ofSeconds(1);

    private static final int LOOKS_TAKE_ONE_IN = 20;

    static final String READABLE = "id NOT IN (SELECT run FROM postroad.unreadable_runs)";
    private static final String NOT_IN_HAND = READABLE + " AND id NOT IN (SELECT unnest(?::bigint[]))";
    private static final String THOSE = """
            (SELECT id, run_id, shard, version, rank, limit_keys::text AS keys, line, status_seq FROM postroad.runs
             WHERE graph = ? AND (rank, id) >= (?, ?) AND version <> ALL (?)
                 AND status = 'queued' AND limited AND turn_at IS NULL AND ranks_at IS NULL AND %s AND %s
             ORDER BY rank, id LIMIT ?)""";
    private static final String DUE = THOSE.formatted(QueuedRuns.DUE_FOR_A_TURN, NOT_IN_HAND);
    private static final String FRONT = "SELECT * FROM (" + THOSE.formatted("wake_at IS NULL", NOT_IN_HAND)
            + " UNION ALL " + DUE + ") AS front ORDER BY rank, id LIMIT ?";
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
                  AND NOT l.line = ANY (?) AND ranks_at IS NULL AND (wake_at IS NULL OR wake_at <= now()) AND %s
                ORDER BY rank, id LIMIT ?) AS head ON true
            ORDER BY head.rank, head.id""".formatted(MOST_LINES_AT_ONCE, NOT_IN_HAND);

    private final String graph;
    private final ReadKeys keys = new ReadKeys();
    /** Where the look over the lines goes on; forgotten with the worker, which costs nothing. */
    private long linesFrom = Long.MIN_VALUE;
    /** The versions that are paused, as far as they were seen: no version ever changes. */
    private final Set<Integer> paused = new HashSet<>();

    private Instant pastPausedFrom = Instant.MIN;

    /**
     * What was read in one go.
     *
     * @param next the first behind them; null where there is none
     */
    record Page(List<WaitingRun> runs, @Nullable WaitingRun next, boolean hasHeld) {}

    /**
     * What a look is made with.
     *
     * @param rules of each version of the graph; null for one that cannot be read
     * @param inHands those that have their turn, though it is not written into their rows
     * @param most so many are read in one go
     */
    record Look(
            Connection connection, Instant now, IntFunction<@Nullable QueueRules> rules, Set<Long> inHands, int most) {}

    GraphQueue(String graph) {
        this.graph = graph;
    }

    ReadKeys keys() {
        return keys;
    }

    /** The first. Where all places are taken by runs that are held, those behind them are looked for now and then. */
    Page front(Look look) throws SQLException {
        Page found = page(look, null, Set.of());
        if (found.next() == null
                || !found.hasHeld()
                || paused.isEmpty()
                || look.now().isBefore(pastPausedFrom)) {
            return found;
        }
        int known;
        do {
            known = paused.size();
            found = page(look, null, paused);
        } while (paused.size() > known);
        Duration rest = Duration.between(look.now(), clock(look)).multipliedBy(LOOKS_TAKE_ONE_IN);
        pastPausedFrom = look.now().plus(rest.compareTo(LOOK_PAST_PAUSED_EVERY) < 0 ? LOOK_PAST_PAUSED_EVERY : rest);
        return found;
    }

    /** Those that stand there and behind it. */
    Page from(Look look, WaitingRun first) throws SQLException {
        return page(look, first.run(), paused);
    }

    private Page page(Look look, @Nullable QueuedRun first, Set<Integer> without) throws SQLException {
        try (PreparedStatement statement = look.connection().prepareStatement(FRONT)) {
            int place = bind(statement, 0, look, first, without);
            place = bind(statement, place, look, first, without);
            statement.setInt(++place, look.most() + 1);
            return page(look, statement);
        }
    }

    /** Those that were not to begin before a time, which has come; all that paused versions hold are not read for them. */
    Page due(Look look) throws SQLException {
        try (PreparedStatement statement = look.connection().prepareStatement(DUE)) {
            bind(statement, 0, look, null, Set.of());
            return page(look, statement);
        }
    }

    private Page page(Look look, PreparedStatement statement) throws SQLException {
        List<WaitingRun> found = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                found.add(WaitingRun.of(rows, keys));
            }
        }
        WaitingRun next = found.size() > look.most() ? found.removeLast() : null;
        int read = found.size();
        found.removeIf(waiting -> isHeld(look, waiting));
        return new Page(found, next, found.size() < read);
    }

    private int bind(
            PreparedStatement statement, int before, Look look, @Nullable QueuedRun first, Set<Integer> without)
            throws SQLException {
        int place = before;
        statement.setString(++place, graph);
        statement.setObject(++place, (first == null ? Instant.EPOCH : first.rank()).atOffset(ZoneOffset.UTC));
        statement.setLong(++place, first == null ? 0 : first.number());
        statement.setArray(++place, look.connection().createArrayOf("int4", without.toArray()));
        statement.setArray(
                ++place, look.connection().createArrayOf("int8", look.inHands().toArray()));
        statement.setInt(++place, look.most() + 1);
        return place;
    }

    private boolean isHeld(Look look, WaitingRun waiting) {
        int version = waiting.counts().version();
        QueueRules found = look.rules().apply(version);
        if (found != null && found.isPaused()) {
            paused.add(version);
        }
        return found == null || found.isPaused();
    }

    /**
     * The first of each line, of some lines: the next time, of the next ones.
     *
     * @param blocked of these, of which nobody may begin now, none are read
     */
    List<WaitingRun> lines(Look look, Set<Long> blocked) throws SQLException {
        try (PreparedStatement statement = look.connection().prepareStatement(LINES)) {
            statement.setString(1, graph);
            statement.setLong(2, linesFrom);
            statement.setString(3, graph);
            statement.setString(4, graph);
            statement.setArray(5, look.connection().createArrayOf("int8", blocked.toArray()));
            statement.setArray(
                    6, look.connection().createArrayOf("int8", look.inHands().toArray()));
            statement.setInt(7, MOST_OF_A_LINE);
            List<WaitingRun> found = new ArrayList<>();
            TreeSet<Long> seen = new TreeSet<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    // Of a line of which nobody may begin now there is a row that has nothing but the line.
                    seen.add(rows.getLong("line"));
                    if (rows.getObject("id") != null) {
                        found.add(WaitingRun.of(rows, keys));
                    }
                }
            }
            linesFrom = seen.size() < MOST_LINES_AT_ONCE ? Long.MIN_VALUE : seen.last();
            found.removeIf(waiting -> isHeld(look, waiting));
            return found;
        }
    }

    private static Instant clock(Look look) throws SQLException {
        try (PreparedStatement statement = look.connection().prepareStatement("SELECT clock_timestamp()");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getObject(1, OffsetDateTime.class).toInstant();
        }
    }
}
