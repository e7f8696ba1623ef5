package dev.postroad.runtime.journal;

import dev.postroad.runtime.journal.QueuedRun.Turn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The turns of runs that this worker begins itself, a moment after it gave them: a row of the table {@code turns} holds all
 * of a graph, in place of a mark in the row of each run, which would be written twice. They are lost with the worker, and
 * their runs wait for others then: a turn is none any more once the epoch of its shard is raised, and before that the
 * worker may still begin its run. Turns are given and looked at by one thread at a time; what has begun is told by any.
 */
final class TurnsInHand {
    private static final String HOLD = """
            INSERT INTO postroad.turns (graph, worker, runs, seqs, epochs) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (graph, worker)
            DO UPDATE SET runs = EXCLUDED.runs, seqs = EXCLUDED.seqs, epochs = EXCLUDED.epochs, given_at = now()""";
    /**
     * The runs of turns {@code t}, as {@code r}, that are queued as they were and whose shard is still under the epoch. Each
     * is found by its number: Postgres, which has seen no queue yet or an empty one, would take all that are queued for a
     * row or two, and compare each of them with each turn. Nor is it left to join turns with shards before, by the epoch
     * alone, which most shards share: each run would be looked up once for each of them.
     */
    static final String STANDING = """
            CROSS JOIN LATERAL (SELECT * FROM postroad.runs WHERE id = t.run OFFSET 0) AS r
            WHERE r.status = 'queued' AND r.status_seq = t.seq
                AND ((r.shard, t.epoch) IN (SELECT shard, epoch FROM postroad.shards)) IS TRUE""";

    static final String STILL = """
            SELECT r.id, r.run_id, r.shard, r.rank
            FROM unnest(?::bigint[], ?::integer[], ?::bigint[]) AS t (run, seq, epoch)
            %s
            ORDER BY r.rank, r.id""".formatted(STANDING);

    /** Where this worker has none left, and those of workers that nobody has seen for long. */
    private static final String FORGET = """
            DELETE FROM postroad.turns t WHERE (graph = ? AND worker = ?)
                OR (given_at < now() - interval '1 hour'
                    AND NOT EXISTS (SELECT FROM postroad.workers w WHERE w.id = t.worker))""";

    private final long worker;
    private final Map<String, Map<Long, InHand>> turns = new ConcurrentHashMap<>();

    /** A run with its turn. */
    record InHand(QueuedRun run, Turn turn) {
        /** What it may begin by. */
        QueuedRun given() {
            return run.by(turn);
        }
    }

    TurnsInHand(long worker) {
        this.worker = worker;
    }

    long worker() {
        return worker;
    }

    /** What this worker has given of a graph, and is not known to have begun. */
    Map<Long, InHand> of(String graph) {
        return Map.copyOf(turns.getOrDefault(graph, Map.of()));
    }

    /** All that this worker has given of a graph, and is not known to have begun. */
    void know(String graph, Map<Long, InHand> all) {
        turns.put(graph, new ConcurrentHashMap<>(all));
    }

    /** A run has begun, or is not to. */
    void gone(String graph, long run) {
        Map<Long, InHand> ofGraph = turns.get(graph);
        if (ofGraph != null) {
            ofGraph.remove(run);
        }
    }

    /** Writes down those of a graph; they are given once the connection has committed. */
    void hold(Connection connection, String graph, Collection<InHand> all) throws SQLException {
        try (PreparedStatement hold = connection.prepareStatement(HOLD)) {
            hold.setString(1, graph);
            hold.setLong(2, worker);
            bind(connection, hold, 3, all);
            hold.executeUpdate();
        }
    }

    /**
     * Those that are not begun yet, in the order of the queue; the others are forgotten.
     *
     * @param but of these it is not asked
     * @param lost told of a graph where some turned out to have their turn no more, though nobody told of them
     */
    List<QueuedRun> still(Connection connection, Set<Long> but, Consumer<String> lost) throws SQLException {
        List<QueuedRun> still = new ArrayList<>();
        for (String graph : Set.copyOf(turns.keySet())) {
            Map<Long, InHand> ofGraph = turns.getOrDefault(graph, Map.of());
            Map<Long, InHand> asked = new HashMap<>(ofGraph);
            asked.keySet().removeAll(but);
            List<QueuedRun> found = new ArrayList<>();
            for (QueuedRun run : asked.isEmpty() ? List.<QueuedRun>of() : still(connection, asked.values())) {
                found.add(Objects.requireNonNull(asked.remove(run.number())).given());
            }
            if (ofGraph.keySet().removeAll(asked.keySet())) {
                lost.accept(graph);
            }
            if (ofGraph.isEmpty()) {
                turns.remove(graph);
                forget(connection, graph);
            }
            still.addAll(found);
        }
        return still;
    }

    private static List<QueuedRun> still(Connection connection, Collection<InHand> all) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(STILL)) {
            bind(connection, statement, 1, all);
            return QueuedRuns.found(statement);
        }
    }

    private void forget(Connection connection, String graph) throws SQLException {
        try (PreparedStatement forget = connection.prepareStatement(FORGET)) {
            forget.setString(1, graph);
            forget.setLong(2, worker);
            forget.executeUpdate();
        }
    }

    /** Whether there are none. */
    boolean isEmpty() {
        return turns.isEmpty();
    }

    private static void bind(Connection connection, PreparedStatement statement, int place, Collection<InHand> all)
            throws SQLException {
        statement.setArray(
                place, array(connection, "int8", all, held -> held.run().number()));
        statement.setArray(
                place + 1, array(connection, "int4", all, held -> held.turn().seq()));
        statement.setArray(
                place + 2, array(connection, "int8", all, held -> held.turn().epoch()));
    }

    private static java.sql.Array array(
            Connection connection, String type, Collection<InHand> all, Function<InHand, Object> value)
            throws SQLException {
        return connection.createArrayOf(type, all.stream().map(value).toArray());
    }
}
