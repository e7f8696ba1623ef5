package dev.postroad.runtime.history.runs;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.rows.Search;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jspecify.annotations.Nullable;

/**
 * Reads runs page by page. Thread-safe.
 *
 * <p>Which index is the right one depends on how rare the wanted graph, status or tag is, so that a statement says no more
 * than what is asked, and Postgres plans it anew for the values at hand. For each of several statuses a branch of its own
 * is read, as each has its runs in order.
 */
public final class RunListing {
    private static final String COLUMNS = "id, " + RunRows.SUMMARY_COLUMNS;

    private final Jdbi postgres;

    public RunListing(Jdbi postgres) {
        this.postgres = postgres;
    }

    /** The page after a cursor; see {@code RunHistory}. */
    public RunPage page(RunFilter filter, RunOrder order, @Nullable String cursor, int limit) {
        Search search = search(filter);
        if (cursor != null) {
            RunCursor after = RunCursor.of(cursor);
            search.ask(order.behind(), "afterAt", Search.time(after.queuedAt()));
            search.values().put("afterId", after.id());
        }
        // One more than asked for tells whether there are more.
        // Where runs are is looked up for those of the page alone.
        String sql = "SELECT runs.*, " + RunPlaces.COLUMN + " FROM ("
                + sql(filter, search.conditions(), order.sql() + (limit + 1)) + ") runs" + order.sql() + (limit + 1);
        List<Row> rows = postgres.withHandle(handle -> handle.createQuery(sql)
                .bindMap(search.values())
                .configure(SqlStatements.class, statement -> statement.addCustomizer(Search.PLANNED_ANEW))
                .map((row, context) -> row(row))
                .list());
        List<Row> page = rows.subList(0, Math.min(limit, rows.size()));
        return new RunPage(
                page.stream().map(Row::run).toList(),
                rows.size() > limit ? page.getLast().cursor().text() : null);
    }

    private record Row(long id, RunSummary run) {
        RunCursor cursor() {
            return new RunCursor(run.queuedAt(), id);
        }
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(row.getLong("id"), RunRows.summary(row));
    }

    private static String sql(RunFilter filter, List<String> conditions, String order) {
        if (filter.statuses().isEmpty()) {
            return branch(conditions, order);
        }
        String branches = filter.statuses().stream()
                .map(status -> "(" + branch(with(conditions, status), order) + ")")
                .collect(Collectors.joining(" UNION ALL "));
        return "SELECT * FROM (" + branches + ") runs" + order;
    }

    private static List<String> with(List<String> conditions, RunStatus status) {
        List<String> all = new ArrayList<>(conditions);
        all.add("status = '" + status.publicName() + "'");
        return all;
    }

    private static String branch(List<String> conditions, String order) {
        String where = conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
        return "SELECT " + COLUMNS + " FROM postroad.runs" + where + order;
    }

    /** All that a filter wants, as conditions on {@code postroad.runs}. */
    public static Search matching(RunFilter filter) {
        Search search = search(filter);
        if (!filter.statuses().isEmpty()) {
            search.conditions()
                    .add(filter.statuses().stream()
                            .map(status -> "'" + status.publicName() + "'")
                            .collect(Collectors.joining(", ", "status IN (", ")")));
        }
        return search;
    }

    static Search search(RunFilter filter) {
        Search search = Search.forAll();
        if (filter.graph() != null) {
            search.ask("graph = :graph", "graph", filter.graph());
        }
        if (filter.graphVersion() != null) {
            search.ask("version = :version", "version", filter.graphVersion());
        }
        if (filter.waitsFor() != null) {
            search.ask("waits_for @> ARRAY[:agent::text] AND status = 'waiting'", "agent", filter.waitsFor());
        }
        if (filter.queuedSince() != null) {
            search.ask("queued_at >= :since", "since", Search.time(filter.queuedSince()));
        }
        if (filter.queuedUntil() != null) {
            search.ask("queued_at < :until", "until", Search.time(filter.queuedUntil()));
        }
        if (!filter.tags().isEmpty()) {
            ObjectNode tags = JsonNodeFactory.instance.objectNode();
            filter.tags().forEach(tags::put);
            search.ask("tags IS NOT NULL AND tags::jsonb @> :tags::jsonb", "tags", tags.toString());
        }
        if (filter.error() != null) {
            search.ask("error ->> 'type' = :error", "error", filter.error());
        }
        return search;
    }
}
