package dev.postroad.runtime.history.waiting;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.rows.Rows;
import dev.postroad.runtime.history.rows.Search;
import dev.postroad.runtime.history.waiting.WaitingFilter.Order;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jspecify.annotations.Nullable;

/**
 * Reads open questions page by page. Thread-safe.
 *
 * <p>Runs that ask are found in the order of the first of their questions, by an index of those runs alone, and their
 * questions are taken apart one after the other, so that a page costs what is on it.
 */
public final class WaitingListing {
    private static final String ASKED = "r.asked_at";
    private static final String DUE = "coalesce(r.due_at, 'infinity'::timestamptz)";
    private static final String TRUE_NOW = "r.questions IS NOT NULL AND r.questions_seq = r.status_seq"
            + " AND r.status IN ('waiting', 'paused', 'failed')";
    private static final String QUESTIONS =
            " CROSS JOIN LATERAL json_array_elements(r.questions) WITH ORDINALITY AS q (asked, place)";

    private final Jdbi postgres;

    public WaitingListing(Jdbi postgres) {
        this.postgres = postgres;
    }

    /** A time as a number, as what is never over has no time that a driver knows. */
    private static String micros(String time) {
        return "CASE WHEN %1$s = 'infinity' THEN NULL ELSE (extract(epoch FROM %1$s) * 1000000)::bigint END"
                .formatted(time);
    }

    /**
     * The page after a cursor; see {@code RunHistory}.
     *
     * @throws IllegalArgumentException where the cursor is none
     */
    public WaitingPage page(WaitingFilter filter, @Nullable String cursor, int limit) {
        String by = by(filter.order());
        Search search = search(filter);
        if (cursor != null) {
            goOn(search, by, WaitingCursor.of(cursor));
        }
        // One more than asked for tells whether there are more.
        String sql =
                "SELECT r.id, r.run_id, r.graph, r.version, r.status, r.tags, q.place, q.asked->'question' AS question, "
                        + micros(by) + " AS micros FROM postroad.runs r" + QUESTIONS + " WHERE "
                        + String.join(" AND ", search.conditions()) + " ORDER BY " + by + ", r.id, q.place LIMIT "
                        + (limit + 1);
        List<Row> rows = postgres.withHandle(handle -> handle.createQuery(sql)
                .bindMap(search.values())
                .configure(SqlStatements.class, statement -> statement.addCustomizer(Search.PLANNED_ANEW))
                .map((row, context) -> row(row))
                .list());
        List<Row> page = rows.subList(0, Math.min(limit, rows.size()));
        return new WaitingPage(
                page.stream().map(Row::question).toList(),
                rows.size() > limit ? page.getLast().cursor().text() : null);
    }

    private static String by(Order order) {
        return switch (order) {
            case ASKED -> ASKED;
            case DUE -> DUE;
        };
    }

    private record Row(WaitingCursor cursor, WaitingQuestion question) {}

    private static Row row(ResultSet row) throws SQLException {
        long micros = row.getLong("micros");
        return new Row(
                new WaitingCursor(row.wasNull() ? Long.MAX_VALUE : micros, row.getLong("id"), row.getInt("place")),
                new WaitingQuestion(
                        row.getString("run_id"),
                        row.getString("graph"),
                        row.getInt("version"),
                        RunStatus.of(row.getString("status")),
                        Rows.tags(row),
                        Rows.requiredJson(row, "question")));
    }

    private static Search search(WaitingFilter filter) {
        Search search = Search.where(TRUE_NOW);
        if (filter.graph() != null) {
            search.ask("r.graph = :graph", "graph", filter.graph());
        }
        if (!filter.tags().isEmpty()) {
            ObjectNode tags = JsonNodeFactory.instance.objectNode();
            filter.tags().forEach(tags::put);
            search.ask("r.tags IS NOT NULL AND r.tags::jsonb @> :tags::jsonb", "tags", tags.toString());
        }
        if (filter.assignee() != null) {
            search.ask(
                    "r.assignees IS NOT NULL AND r.assignees::jsonb @> :assignees::jsonb",
                    "assignees",
                    JsonNodeFactory.instance.arrayNode().add(filter.assignee()).toString());
            search.ask("q.asked->'question'->>'assignee' = :assignee", "assignee", filter.assignee());
        }
        if (filter.askedSince() != null) {
            search.ask("(q.asked->>'asked')::bigint >= :since", "since", micros(filter.askedSince()));
        }
        if (filter.dueUntil() != null) {
            search.ask("r.due_at < :until", "until", Search.time(filter.dueUntil()));
            search.ask("(q.asked->>'due')::bigint < :untilMicros", "untilMicros", micros(filter.dueUntil()));
        }
        return search;
    }

    /** The rest of the run's questions, then those of the runs behind it. */
    private static void goOn(Search search, String by, WaitingCursor after) {
        if (after.micros() == Long.MAX_VALUE) {
            search.conditions().add("(" + by + ", r.id) >= ('infinity'::timestamptz, :afterRun)");
            search.conditions().add("(r.id > :afterRun OR q.place > :afterPlace)");
        } else {
            search.conditions().add("(" + by + ", r.id) >= (:afterAt, :afterRun)");
            search.conditions().add("(" + by + " > :afterAt OR r.id > :afterRun OR q.place > :afterPlace)");
            search.values().put("afterAt", Search.time(Instant.EPOCH.plus(after.micros(), ChronoUnit.MICROS)));
        }
        search.values().put("afterRun", after.run());
        search.values().put("afterPlace", after.place());
    }

    private static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Search.bounded(at));
    }
}
