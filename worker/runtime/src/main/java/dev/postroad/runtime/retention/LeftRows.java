package dev.postroad.runtime.retention;

import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Deletes what runs have left that are gone: journal, snapshots and log, so many rows at a time. One worker at a time does,
 * whoever deleted the runs; what a crash interrupts is gone on with. Thread-safe.
 */
final class LeftRows {
    private static final int RUNS_AT_ONCE = 200;

    /**
     * What is lost of it with a crash of Postgres is done again. By indexes, whatever the statistics say: the tables are
     * long, and the rows few.
     */
    private static final String BEGIN = """
            SET LOCAL synchronous_commit = off;
            SET LOCAL enable_seqscan = off;
            SET LOCAL enable_hashjoin = off;
            SET LOCAL enable_mergejoin = off""";

    private static final String ALONE = "SELECT pg_try_advisory_xact_lock(hashtext('postroad.rows_to_prune'))";
    private static final String RUNS = "SELECT run FROM postroad.rows_to_prune ORDER BY run LIMIT :most";
    private static final String JOURNAL = """
            DELETE FROM postroad.journal WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM postroad.journal WHERE run = ANY (:runs) LIMIT :most))""";
    private static final List<String> THE_REST = List.of(
            "DELETE FROM postroad.snapshots WHERE run = ANY (:runs)",
            """
            DELETE FROM postroad.agent_logs l USING postroad.rows_to_prune p
            WHERE p.run = ANY (:runs) AND l.run_id = p.run_id AND l.at <= p.pruned_at""",
            "DELETE FROM postroad.rows_to_prune WHERE run = ANY (:runs)");
    private static final String EXPIRE = """
            DELETE FROM postroad.pruned_runs WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM postroad.pruned_runs p
                WHERE pruned_at < now() - make_interval(secs => :seconds)
                  AND NOT EXISTS (SELECT FROM postroad.rows_to_prune r WHERE r.run_id = p.run_id)
                ORDER BY pruned_at LIMIT :most FOR UPDATE SKIP LOCKED))""";

    private final Jdbi jdbi;

    LeftRows(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** What was done. */
    record Deleted(int runs, int rows) {
        static final Deleted NOTHING = new Deleted(0, 0);
    }

    /**
     * Deletes some.
     *
     * @param most at most so many rows of journals
     * @return how many, and of how many runs nothing is left now; nothing where there is none, or another worker does it
     */
    Deleted delete(int most) {
        return jdbi.inTransaction(handle -> {
            handle.execute(BEGIN);
            return isAlone(handle) ? delete(handle, most) : Deleted.NOTHING;
        });
    }

    private static boolean isAlone(Handle handle) {
        return handle.createQuery(ALONE).mapTo(Boolean.class).one();
    }

    private static Deleted delete(Handle handle, int most) {
        List<Long> runs = handle.createQuery(RUNS)
                .bind("most", RUNS_AT_ONCE)
                .mapTo(Long.class)
                .list();
        if (runs.isEmpty()) {
            return Deleted.NOTHING;
        }
        int rows = handle.createUpdate(JOURNAL)
                .bindArray("runs", Long.class, runs)
                .bind("most", most)
                .execute();
        if (rows == most) {
            return new Deleted(0, rows);
        }
        for (String sql : THE_REST) {
            handle.createUpdate(sql).bindArray("runs", Long.class, runs).execute();
        }
        return new Deleted(runs.size(), rows);
    }

    /** Forgets the ids of runs that were deleted so long ago; says whether there may be more. */
    boolean expire(Duration age, int most) {
        return jdbi.withHandle(handle -> handle.createUpdate(EXPIRE)
                        .bind("seconds", age.toMillis() / 1e3)
                        .bind("most", most)
                        .execute()
                == most);
    }
}
