package dev.postroad.runtime.history.reasons;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.runtime.history.rows.Rows;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What tells why a run stands where it stands, beside its summary.
 *
 * @param shard its shard
 * @param orphaned whether no worker that lives holds the shard; false where a release that does not tell has it
 * @param orphanedSince since when, where that is known
 * @param limited whether its graph limits how many of its runs go at once
 * @param called whether it has its turn among these
 * @param early whether it is not to begin yet
 * @param rank its place in the queue
 * @param limitKeys its key for each limit of its graph; null where the graph has none by key; an object where its trigger
 *     set limits of its own
 * @param terms what its trigger said in place of its graph; null for nothing
 * @param questions what people are asked; null for nothing
 * @param statusSeq the number of the event that made its status
 * @param newestVersion of its graph; null where none is stored
 * @param now by Postgres's clock
 */
record RunFacts(
        long number,
        int shard,
        boolean orphaned,
        @Nullable Instant orphanedSince,
        boolean limited,
        boolean called,
        boolean early,
        Instant rank,
        @Nullable JsonNode limitKeys,
        @Nullable JsonNode terms,
        @Nullable JsonNode questions,
        int statusSeq,
        @Nullable Integer newestVersion,
        Instant now) {
    static final String QUERY = """
            SELECT id, r.shard, limited, turn_at, rank, limit_keys, coalesce(wake_at > clock_timestamp(), false) AS early,
                   (SELECT j.data -> 'terms' FROM postroad.journal j
                    WHERE j.run = r.id AND j.type = 'run.queued' ORDER BY j.seq LIMIT 1) AS terms,
                   CASE WHEN questions_seq = status_seq THEN questions END AS questions,
                   s.holder IS NOT NULL AND s.held_epoch = s.epoch AND NOT EXISTS (
                       SELECT FROM postroad.workers w
                       WHERE w.id = s.holder AND w.renewed_at > clock_timestamp() - 2 * w.lease) AS orphaned,
                   CASE WHEN s.holder = 0 THEN s.given_back_at
                        ELSE coalesce((SELECT w.renewed_at FROM postroad.workers w WHERE w.id = s.holder),
                                      (SELECT max(t.at) FROM postroad.take_overs t WHERE t.worker_id = s.holder))
                   END AS orphaned_since,
                   status_seq,
                   (SELECT max(g.version) FROM postroad.graphs g WHERE g.name = r.graph AND r.version > 0) AS newest_version,
                   statement_timestamp() AS now
            FROM postroad.runs r LEFT JOIN postroad.shards s ON s.shard = r.shard
            WHERE run_id = :runId""";

    /** The newest version of its graph, where that is not its own; else null. */
    @Nullable
    Integer newerThan(int version) {
        return newestVersion == null || newestVersion <= version ? null : newestVersion;
    }

    static RunFacts of(ResultSet row) throws SQLException {
        return new RunFacts(
                row.getLong("id"),
                row.getInt("shard"),
                row.getBoolean("orphaned"),
                Rows.time(row, "orphaned_since"),
                row.getBoolean("limited"),
                row.getString("turn_at") != null,
                row.getBoolean("early"),
                Rows.requiredTime(row, "rank"),
                Rows.json(row, "limit_keys"),
                Rows.json(row, "terms"),
                Rows.json(row, "questions"),
                row.getInt("status_seq"),
                row.getObject("newest_version", Integer.class),
                Rows.requiredTime(row, "now"));
    }
}
