package dev.postroad.runtime.bulk;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** What whoever holds orders reads and notes of them. Thread-safe. */
final class BulkRows {
    /** An order that was not renewed for so long is anybody's. */
    private static final int SECONDS_OF_A_HOLD = 15;

    private static final int DAYS_KEPT = 30;
    private static final int MOST_HELD = 20;
    private static final String CLAIM = """
            UPDATE postroad.bulks SET worker = :worker, renewed_at = now()
            WHERE id IN (
                SELECT id FROM postroad.bulks
                WHERE ended_at IS NULL AND (worker = :worker OR worker IS NULL
                      OR renewed_at < now() - make_interval(secs => :seconds))
                ORDER BY created_at LIMIT :most FOR UPDATE SKIP LOCKED)
            RETURNING id, action, by, per_second, cancelled_at IS NOT NULL AS cancelled""";
    private static final String LEAVE =
            "UPDATE postroad.bulks SET worker = NULL WHERE worker = :worker AND ended_at IS NULL";
    private static final String WAITING = """
            SELECT place, run_id FROM postroad.bulk_runs WHERE bulk = :bulk AND state = 'waiting' ORDER BY place LIMIT :most""";
    private static final String SENT = """
            SELECT run_id, sent_at < now() - make_interval(secs => :patience) AS overdue FROM postroad.bulk_runs
            WHERE bulk = :bulk AND state = 'sent' ORDER BY place""";
    private static final String NOTE_SENT = """
            UPDATE postroad.bulk_runs SET state = 'sent', sent_at = now()
            WHERE bulk = :bulk AND place = ANY (:places) AND state = 'waiting'""";
    private static final String NOTE = """
            UPDATE postroad.bulk_runs r SET state = n.state, reason = n.reason
            FROM unnest(:runs, :states, :reasons) AS n (run_id, state, reason)
            WHERE r.bulk = :bulk AND r.run_id = n.run_id AND r.state IN ('waiting', 'sent')""";
    private static final String LEAVE_REST =
            "UPDATE postroad.bulk_runs SET state = 'left' WHERE bulk = :bulk AND state = 'waiting'";
    private static final String END = """
            UPDATE postroad.bulks b SET ended_at = now(), worker = NULL
            WHERE id = :bulk AND NOT EXISTS (
                SELECT FROM postroad.bulk_runs WHERE bulk = b.id AND state IN ('waiting', 'sent'))""";
    private static final String FORGET =
            "DELETE FROM postroad.bulks WHERE ended_at < now() - make_interval(days => :days)";

    private final Jdbi jdbi;

    BulkRows(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** An order that is held here. */
    record Held(String id, String action, @Nullable String by, int perSecond, boolean cancelled) {}

    /** A run that is to be told. */
    record Waiting(int place, String runId) {}

    /** A run that was told, and has not answered. */
    record Sent(String runId, boolean overdue) {}

    /** What became of a run. */
    record Outcome(String runId, String state, @Nullable String reason) {}

    /** Those that are under way and nobody's, or held here already; each is held anew. */
    List<Held> claim(String worker) {
        return jdbi.withHandle(handle -> handle.createQuery(CLAIM)
                .bind("worker", worker)
                .bind("seconds", SECONDS_OF_A_HOLD)
                .bind("most", MOST_HELD)
                .map((row, context) -> new Held(
                        row.getString("id"),
                        row.getString("action"),
                        row.getString("by"),
                        row.getInt("per_second"),
                        row.getBoolean("cancelled")))
                .list());
    }

    /** Lets others have what is held here. */
    void leave(String worker) {
        jdbi.useHandle(
                handle -> handle.createUpdate(LEAVE).bind("worker", worker).execute());
    }

    List<Waiting> waiting(String bulk, int most) {
        return jdbi.withHandle(handle -> handle.createQuery(WAITING)
                .bind("bulk", bulk)
                .bind("most", most)
                .map((row, context) -> new Waiting(row.getInt("place"), row.getString("run_id")))
                .list());
    }

    List<Sent> sent(String bulk, long patienceSeconds) {
        return jdbi.withHandle(handle -> handle.createQuery(SENT)
                .bind("bulk", bulk)
                .bind("patience", patienceSeconds)
                .map((row, context) -> new Sent(row.getString("run_id"), row.getBoolean("overdue")))
                .list());
    }

    void noteSent(String bulk, Collection<Integer> places) {
        jdbi.useHandle(handle -> handle.createUpdate(NOTE_SENT)
                .bind("bulk", bulk)
                .bindArray("places", Integer.class, places)
                .execute());
    }

    void note(String bulk, List<Outcome> outcomes) {
        if (outcomes.isEmpty()) {
            return;
        }
        jdbi.useHandle(handle -> handle.createUpdate(NOTE)
                .bind("bulk", bulk)
                .bindArray(
                        "runs",
                        String.class,
                        outcomes.stream().map(Outcome::runId).toList())
                .bindArray(
                        "states",
                        String.class,
                        outcomes.stream().map(Outcome::state).toList())
                .bindArray("reasons", String.class, (Object[])
                        outcomes.stream().map(Outcome::reason).toArray(String[]::new))
                .execute());
    }

    /** Those that were not told yet never are. */
    void leaveRest(String bulk) {
        jdbi.useHandle(
                handle -> handle.createUpdate(LEAVE_REST).bind("bulk", bulk).execute());
    }

    /** Ends an order of which nothing is left to do. */
    void end(String bulk) {
        jdbi.useHandle(handle -> handle.createUpdate(END).bind("bulk", bulk).execute());
    }

    void forget() {
        jdbi.useHandle(handle ->
                handle.createUpdate(FORGET).bindMap(Map.of("days", DAYS_KEPT)).execute());
    }
}
