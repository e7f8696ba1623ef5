package dev.postroad.runtime.retention;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;

/** The ended runs that somebody asked to delete. Thread-safe. */
public final class RequestedRuns {
    private static final int MOST_FORGOTTEN = 1_000;

    private static final String ASK = """
            INSERT INTO postroad.prune_requests (run, ended_at)
            SELECT id, ended_at FROM postroad.runs
            WHERE run_id = ANY (:runIds) AND status IN %s AND ended_at IS NOT NULL
            ON CONFLICT (run) DO UPDATE SET ended_at = excluded.ended_at
            RETURNING run""".formatted(EndedRun.STATUSES);
    private static final String ASK_FOR =
            "WITH asked AS (" + ASK + ") SELECT run_id FROM asked JOIN postroad.runs ON id = run";
    private static final String LEFT = "SELECT run FROM postroad.prune_requests WHERE run = ANY (:numbers)";

    /** In the order of the key, so that no portion has to sort all that is asked for. */
    private static final String NEXT = """
            SELECT r.id, r.run_id, r.shard
            FROM postroad.prune_requests q
            JOIN postroad.runs r ON r.id = q.run
            JOIN postroad.shards s ON s.shard = r.shard
            WHERE r.shard = ANY (:shards) AND r.status IN %s AND r.ended_at = q.ended_at
              AND r.ended_at < s.published_at
              AND NOT q.run = ANY (:not)
            ORDER BY q.run LIMIT :most""".formatted(EndedRun.STATUSES);

    private static final String FORGET = """
            DELETE FROM postroad.prune_requests WHERE run = ANY (ARRAY(
                SELECT q.run FROM postroad.prune_requests q LEFT JOIN postroad.runs r ON r.id = q.run
                WHERE r.ended_at IS DISTINCT FROM q.ended_at LIMIT :most))""";

    private final Jdbi jdbi;

    public RequestedRuns(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Asks the workers to delete runs, as far as they have ended; gives the numbers of those. */
    public List<Long> ask(Collection<String> runIds) {
        return jdbi.withHandle(handle -> handle.createQuery(ASK)
                .bindArray("runIds", String.class, runIds)
                .mapTo(Long.class)
                .list());
    }

    /** As {@link #ask}; gives the ids. */
    public Set<String> askFor(Collection<String> runIds) {
        return jdbi.withHandle(handle -> handle.createQuery(ASK_FOR)
                .bindArray("runIds", String.class, runIds)
                .mapTo(String.class)
                .set());
    }

    /** Those of some numbers that are asked for and still there. */
    public List<Long> left(Collection<Long> numbers) {
        return jdbi.withHandle(handle -> handle.createQuery(LEFT)
                .bindArray("numbers", Long.class, numbers)
                .mapTo(Long.class)
                .list());
    }

    /** How many are asked for, by whomever, and still there. */
    public long left() {
        return jdbi.withHandle(handle -> handle.createQuery("SELECT count(*) FROM postroad.prune_requests")
                .mapTo(Long.class)
                .one());
    }

    /** The next ones of some shards, those that came first. */
    List<EndedRun> next(Collection<Integer> shards, Collection<Long> not, int most) {
        return jdbi.withHandle(handle -> handle.createQuery(NEXT)
                .bindArray("shards", Integer.class, shards)
                .bindArray("not", Long.class, not)
                .bind("most", most)
                .map((row, context) -> new EndedRun(row.getLong("id"), row.getString("run_id"), row.getInt("shard")))
                .list());
    }

    /** Drops what was asked of runs that have gone on since, or are gone. */
    void forget() {
        jdbi.useHandle(handle ->
                handle.createUpdate(FORGET).bind("most", MOST_FORGOTTEN).execute());
    }
}
