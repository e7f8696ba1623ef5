package dev.postroad.runtime.retention;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;

/**
 * Deletes ended runs. Their ids are noted before, by a commit of its own, so that a trigger that is admitted at this very
 * moment meets the run or the note. Then the run goes, with whatever tells others to look at it, and with the fence that all
 * writes of its shard have: whoever owns the shard after reads that it is gone. Its journal is left to {@link LeftRows},
 * as it may be long. Thread-safe.
 */
final class Erasure {
    private static final String NOTE = """
            INSERT INTO postroad.pruned_runs (run_id, graph, ended_at, trigger)
            SELECT r.run_id, r.graph, r.ended_at, j.data -> 'trigger'
            FROM postroad.runs r LEFT JOIN postroad.journal j ON j.run = r.id AND j.seq = 1
            WHERE r.id = ANY (:numbers) AND r.ended_at IS NOT NULL
            ON CONFLICT (run_id) DO UPDATE
            SET graph = excluded.graph, ended_at = excluded.ended_at, pruned_at = excluded.pruned_at,
                trigger = excluded.trigger""";

    /** Only what is as it was archived, and of which all events are on their topic. */
    private static final String ERASE = """
            WITH owned AS MATERIALIZED (
                SELECT s.shard, s.published_at
                FROM postroad.shards s
                JOIN unnest(:shards::int[], :epochs::bigint[]) AS claimed (shard, epoch)
                  ON s.shard = claimed.shard AND s.epoch = claimed.epoch
                FOR SHARE OF s
            ), going AS MATERIALIZED (
                SELECT r.id, r.run_id
                FROM unnest(:numbers::bigint[], :seqs::int[]) AS wanted (id, seq)
                JOIN postroad.runs r ON r.id = wanted.id
                JOIN owned ON owned.shard = r.shard
                CROSS JOIN LATERAL (
                    SELECT j.seq, j.at FROM postroad.journal j WHERE j.run = r.id ORDER BY j.seq DESC LIMIT 1) last
                WHERE r.status IN %s AND last.at < owned.published_at AND last.seq = coalesce(wanted.seq, last.seq)
                FOR UPDATE OF r
            ), left_over AS (
                INSERT INTO postroad.rows_to_prune (run, run_id) SELECT id, run_id FROM going ON CONFLICT DO NOTHING
            ), unasked AS (
                DELETE FROM postroad.prune_requests q USING going WHERE q.run = going.id
            ), unimported AS (
                DELETE FROM postroad.imported_runs i USING going WHERE i.run = going.id
            ), readable AS (
                DELETE FROM postroad.set_aside_runs a USING going WHERE a.run = going.id
            ), unanswered AS (
                DELETE FROM postroad.left_calls c USING going WHERE c.run = going.id
            ), untold AS (
                DELETE FROM postroad.pending_commands p USING going WHERE p.run_id = going.run_id
            )
            DELETE FROM postroad.runs r USING going WHERE r.id = going.id RETURNING r.run_id""".formatted(EndedRun.STATUSES);

    private final Jdbi jdbi;

    Erasure(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Notes the ids of runs that are about to go. */
    void note(Collection<EndedRun> runs) {
        List<Long> numbers = runs.stream().map(EndedRun::number).toList();
        jdbi.useHandle(handle -> handle.createUpdate(NOTE)
                .bindArray("numbers", Long.class, numbers)
                .execute());
    }

    /**
     * Deletes runs, which nobody takes up meanwhile.
     *
     * @param epochs under which their shards are owned
     * @return those that are gone; others have changed, or are not ours any more
     */
    List<String> erase(List<ArchivedRun> runs, Map<Integer, Long> epochs) {
        List<Integer> shards =
                runs.stream().map(archived -> archived.run().shard()).distinct().toList();
        List<Integer> seqs = new ArrayList<>();
        runs.forEach(archived -> seqs.add(archived.lastSeq()));
        return jdbi.withHandle(handle -> handle.createQuery(ERASE)
                .bindArray("shards", Integer.class, shards)
                .bindArray(
                        "epochs",
                        Long.class,
                        shards.stream()
                                .map(shard -> epochs.getOrDefault(shard, -1L))
                                .toList())
                .bindArray(
                        "numbers",
                        Long.class,
                        runs.stream().map(archived -> archived.run().number()).toList())
                .bindArray("seqs", Integer.class, seqs)
                .mapTo(String.class)
                .list());
    }
}
