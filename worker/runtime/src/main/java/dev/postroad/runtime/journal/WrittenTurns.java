package dev.postroad.runtime.journal;

import dev.postroad.runtime.journal.QueuedRun.Turn;
import dev.postroad.runtime.journal.TakenPlaces.Taken;
import dev.postroad.runtime.journal.TurnsInHand.InHand;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What counts for the limits of a graph, and who gives its turns, as Postgres has it. Confined to one thread. */
record WrittenTurns(Connection connection, String graph, long worker) {
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
            AND r.turn_at IS NULL AND %1$s""".formatted(GraphQueue.READABLE, TurnsInHand.STANDING);

    private static final String MARK = """
            WITH given AS (
                UPDATE postroad.runs SET turn_at = now()
                WHERE id = ANY (?) AND status = 'queued'
                  AND (id, status_seq) IN (SELECT * FROM unnest(?::bigint[], ?::integer[]))
                RETURNING id, run_id, shard, rank)
            SELECT id, run_id, shard, rank FROM given ORDER BY rank, id""";

    /**
     * Runs that count.
     *
     * @param alike how many
     * @param run which one; null where it is only known how many there are
     * @param inHand one in hand, of whichever worker; null for another
     * @param isOwn whether it is under way here, or in hand here
     */
    record Counted(
            Taken taken,
            long alike,
            @Nullable Long run,
            @Nullable InHand inHand,
            boolean isOwn) {}

    boolean isAlone(Map<Integer, Long> epochs) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(IS_ALONE)) {
            statement.setString(1, graph);
            statement.setLong(2, worker);
            statement.setArray(3, array("int4", epochs.entrySet(), Map.Entry::getKey));
            statement.setArray(4, array("int8", epochs.entrySet(), Map.Entry::getValue));
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private <T> java.sql.Array array(String type, Collection<T> all, Function<T, Object> value) throws SQLException {
        return connection.createArrayOf(type, all.stream().map(value).toArray());
    }

    void noteGiver() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NOTE_GIVER)) {
            statement.setString(1, graph);
            statement.setLong(2, worker);
            statement.executeUpdate();
        }
    }

    List<Counted> counted(Map<Integer, Long> epochs, ReadKeys keys) throws SQLException {
        List<Counted> counted = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(TAKEN)) {
            statement.setArray(1, array("int4", epochs.keySet(), shard -> shard));
            statement.setString(2, graph);
            statement.setString(3, graph);
            statement.setLong(4, worker);
            statement.setString(5, graph);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    counted.add(new Counted(
                            Taken.of(rows, keys),
                            rows.getLong("alike"),
                            rows.getObject("id", Long.class),
                            inHand(rows),
                            rows.getBoolean("own")));
                }
            }
        }
        return counted;
    }

    private static @Nullable InHand inHand(ResultSet row) throws SQLException {
        Long epoch = row.getObject("epoch", Long.class);
        return epoch == null ? null : new InHand(QueuedRuns.run(row), new Turn(row.getInt("seq"), epoch));
    }

    /** Writes into the rows of runs that they have their turn; gives those that still wait as they did when they were picked. */
    List<QueuedRun> mark(List<WaitingRun> runs) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MARK)) {
            statement.setArray(1, array("int8", runs, WaitingRun::number));
            statement.setArray(2, array("int8", runs, WaitingRun::number));
            statement.setArray(3, array("int4", runs, WaitingRun::seq));
            return QueuedRuns.found(statement);
        }
    }
}
