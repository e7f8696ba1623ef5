package dev.postroad.runtime.bulk;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.runtime.bulk.BulkReport.Failure;
import dev.postroad.runtime.history.rows.Search;
import dev.postroad.runtime.history.runs.RunFilter;
import dev.postroad.runtime.history.runs.RunListing;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The orders for many runs, in Postgres. Thread-safe. */
public final class Bulks {
    private static final int MOST_LISTED = 100;
    private static final int MOST_FAILURES = 1_000;
    private static final String ORDER = """
            INSERT INTO postroad.bulks (id, action, selection, by, per_second)
            VALUES (:id, :action::json, :selection::json, :by, :perSecond) ON CONFLICT (id) DO NOTHING""";

    private static final String REPORT = """
            SELECT b.*, c.* FROM postroad.bulks b
            CROSS JOIN LATERAL (
                SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'sent') AS sent,
                       count(*) FILTER (WHERE state = 'done') AS done, count(*) FILTER (WHERE state = 'refused') AS refused,
                       count(*) FILTER (WHERE state = 'silent') AS silent, count(*) FILTER (WHERE state = 'left') AS left_out
                FROM postroad.bulk_runs r WHERE r.bulk = b.id) c
            """;
    private static final String FAILURES = """
            SELECT run_id, coalesce(reason, '') AS reason FROM postroad.bulk_runs
            WHERE bulk = :id AND state IN ('refused', 'silent') ORDER BY place LIMIT :most""";
    private static final String CANCEL = """
            UPDATE postroad.bulks SET cancelled_at = now(), cancelled_by = :by
            WHERE id = :id AND ended_at IS NULL AND cancelled_at IS NULL""";

    private final Jdbi jdbi;

    /** @param jdbi may write */
    public Bulks(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** How many runs an order would be for. */
    public long count(RunFilter filter, int limit) {
        Search search = RunListing.matching(filter);
        return jdbi.withHandle(handle -> handle.createQuery(
                        "SELECT count(*) FROM (SELECT FROM postroad.runs" + where(search) + " LIMIT :most) chosen")
                .bindMap(search.values())
                .bind("most", limit)
                .mapTo(Long.class)
                .one());
    }

    /**
     * Puts an order down, with the runs as they are now; one of that id that is there already is left as it is.
     *
     * @return whether it is there; false where the one that is there is for something else
     */
    public boolean order(BulkOrder order) {
        boolean isNew = jdbi.inTransaction(handle -> {
            ObjectNode selection = order.selection();
            int made = handle.createUpdate(ORDER)
                    .bind("id", order.id())
                    .bind("action", order.action().toString())
                    .bind("selection", selection.toString())
                    .bind("by", order.by())
                    .bind("perSecond", order.perSecond())
                    .execute();
            if (made > 0) {
                chooseRuns(handle, order);
            }
            return made > 0;
        });
        return isNew || find(order.id()).filter(there -> there.isOf(order)).isPresent();
    }

    /** The newest ones are meant, and the oldest of them have their turn first. */
    private static void chooseRuns(Handle handle, BulkOrder order) {
        Search search = RunListing.matching(order.filter());
        handle.createUpdate("INSERT INTO postroad.bulk_runs (bulk, place, run_id)"
                        + " SELECT :bulk, row_number() OVER (ORDER BY queued_at, id), run_id FROM ("
                        + "SELECT id, run_id, queued_at FROM postroad.runs" + where(search)
                        + " ORDER BY queued_at DESC, id DESC LIMIT :most) chosen")
                .bindMap(search.values())
                .bind("bulk", order.id())
                .bind("most", order.limit())
                .execute();
    }

    private static String where(Search search) {
        return search.conditions().isEmpty() ? "" : " WHERE " + String.join(" AND ", search.conditions());
    }

    /** The newest orders, without the runs where they were not done. */
    public List<BulkReport> newest() {
        return jdbi.withHandle(handle -> handle.createQuery(REPORT + " ORDER BY b.created_at DESC LIMIT " + MOST_LISTED)
                .map((row, context) -> BulkReport.read(row))
                .list());
    }

    /** An order, with the first 1,000 runs where it was not done. */
    public Optional<BulkReport> find(String id) {
        return jdbi.withHandle(handle -> handle.createQuery(REPORT + " WHERE b.id = :id")
                .bind("id", id)
                .map((row, context) -> BulkReport.read(row))
                .findOne()
                .map(report -> report.with(handle.createQuery(FAILURES)
                        .bind("id", id)
                        .bind("most", MOST_FAILURES)
                        .map((row, context) -> new Failure(row.getString("run_id"), row.getString("reason")))
                        .list())));
    }

    /** Has an order that is under way do nothing more. */
    public void cancel(String id, @Nullable String by) {
        jdbi.useHandle(handle ->
                handle.createUpdate(CANCEL).bind("id", id).bind("by", by).execute());
    }
}
