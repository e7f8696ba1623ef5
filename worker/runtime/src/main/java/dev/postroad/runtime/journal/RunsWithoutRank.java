package dev.postroad.runtime.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;

/**
 * The queued runs that take turns and are to take theirs when a time has come: what was to begin later, and what was queued
 * anew. Until then they stand nowhere in the queue, and nobody reads them with it. Thread-safe.
 */
public final class RunsWithoutRank {
    private static final String DUE = """
            SELECT id, run_id, shard, rank, graph, priority, fair_key,
                   coalesce(fair_weight, 1) AS fair_weight, limited, ranks_at FROM postroad.runs
            WHERE status = 'queued' AND ranks_at <= now() AND shard = ANY (?)
              AND id NOT IN (SELECT run FROM postroad.unreadable_runs)
            ORDER BY ranks_at, id LIMIT ?""";
    // What a lane is at is left to the next time, so that neither waits for the other.
    private static final String RANK = """
            WITH given AS (SELECT * FROM unnest(?::bigint[], ?::timestamptz[]) AS g (id, rank)),
                 free AS (SELECT id FROM postroad.runs
                          WHERE id = ANY (?) AND status = 'queued' AND ranks_at IS NOT NULL
                          ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
            UPDATE postroad.runs r SET rank = given.rank, ranks_at = NULL
            FROM given JOIN free USING (id) WHERE r.id = given.id RETURNING r.id""";

    private final DataSource database;

    /**
     * A run that is to take its turn now.
     *
     * @param key whose turn it takes
     * @param weight as how many of its key it counts
     * @param at since when
     */
    public record Unranked(
            QueuedRun run, String graph, int priority, String key, double weight, boolean limited, Instant at) {
        /** The rank that it would have in the order of coming. */
        public Instant first() {
            return QueueRank.ofArrival(priority, at);
        }

        /** It stands there. */
        public Unranked ranked(Instant rank) {
            QueuedRun stands = new QueuedRun(run.number(), run.runId(), run.shard(), rank);
            return new Unranked(stands, graph, priority, key, weight, limited, at);
        }
    }

    /** @param database hands out connections with a limit on the time of their statements */
    public RunsWithoutRank(DataSource database) {
        this.database = database;
    }

    /** Those of some shards whose time has come, in the order in which it came. */
    public List<Unranked> due(Collection<Integer> shards, int limit) throws SQLException {
        List<Unranked> due = new ArrayList<>();
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(DUE)) {
            statement.setArray(1, connection.createArrayOf("int4", shards.toArray()));
            statement.setInt(2, limit);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    due.add(new Unranked(
                            QueuedRuns.run(rows),
                            rows.getString("graph"),
                            rows.getInt("priority"),
                            rows.getString("fair_key"),
                            rows.getDouble("fair_weight"),
                            rows.getBoolean("limited"),
                            rows.getObject("ranks_at", OffsetDateTime.class).toInstant()));
                }
            }
        }
        return due;
    }

    /** Writes their ranks; gives those that stand in the queue by them now, in the same order. */
    public List<Unranked> rank(List<Unranked> ranked) throws SQLException {
        Object[] numbers = ranked.stream().map(each -> each.run().number()).toArray();
        Object[] ranks = ranked.stream()
                .map(each -> each.run().rank().atOffset(ZoneOffset.UTC).toString())
                .toArray();
        Set<Long> written = new HashSet<>();
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(RANK)) {
            statement.setArray(1, connection.createArrayOf("int8", numbers));
            statement.setArray(2, connection.createArrayOf("timestamptz", ranks));
            statement.setArray(3, connection.createArrayOf("int8", numbers));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    written.add(rows.getLong("id"));
                }
            }
        }
        return ranked.stream()
                .filter(each -> written.contains(each.run().number()))
                .toList();
    }
}
