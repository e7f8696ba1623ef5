package dev.postroad.runtime.history;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.RunStatus;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementCustomizer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/**
 * Reads runs page by page. Thread-safe.
 *
 * <p>Which index is the right one depends on how rare the wanted graph, status or tag is, so that a statement says no more
 * than what is asked, and Postgres plans it anew for the values at hand. For each of several statuses a branch of its own
 * is read, as each has its runs in order.
 */
final class RunListing {
    private static final String COLUMNS = "id, " + Rows.SUMMARY_COLUMNS;
    private static final String ORDER = " ORDER BY queued_at DESC, id DESC LIMIT ";

    static final StatementCustomizer PLANNED_ANEW = new StatementCustomizer() {
        @Override
        public void beforeBinding(PreparedStatement statement, StatementContext context) throws SQLException {
            statement.unwrap(PGStatement.class).setPrepareThreshold(0);
        }
    };

    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private final Jdbi postgres;

    RunListing(Jdbi postgres) {
        this.postgres = postgres;
    }

    RunPage page(RunFilter filter, @Nullable String cursor, int limit) {
        Question question = question(filter, cursor == null ? null : RunCursor.of(cursor));
        // One more than asked for tells whether there are more.
        String sql = sql(filter, question.conditions(), limit + 1);
        List<Row> rows = postgres.withHandle(handle -> handle.createQuery(sql)
                .bindMap(question.values())
                .configure(SqlStatements.class, statement -> statement.addCustomizer(PLANNED_ANEW))
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
        return new Row(row.getLong("id"), Rows.summary(row));
    }

    private static String sql(RunFilter filter, List<String> conditions, int rows) {
        if (filter.statuses().isEmpty()) {
            return branch(conditions, rows);
        }
        String branches = filter.statuses().stream()
                .map(status -> "(" + branch(with(conditions, status), rows) + ")")
                .collect(Collectors.joining(" UNION ALL "));
        return "SELECT * FROM (" + branches + ") runs" + ORDER + rows;
    }

    private static List<String> with(List<String> conditions, RunStatus status) {
        List<String> all = new ArrayList<>(conditions);
        all.add("status = '" + status.publicName() + "'");
        return all;
    }

    private static String branch(List<String> conditions, int rows) {
        String where = conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
        return "SELECT " + COLUMNS + " FROM postroad.runs" + where + ORDER + rows;
    }

    record Question(List<String> conditions, Map<String, Object> values) {
        void ask(String condition, String name, Object value) {
            conditions.add(condition);
            values.put(name, value);
        }
    }

    static Question question(RunFilter filter, @Nullable RunCursor after) {
        Question question = new Question(new ArrayList<>(), new LinkedHashMap<>());
        if (filter.graph() != null) {
            question.ask("graph = :graph", "graph", filter.graph());
        }
        if (filter.graphVersion() != null) {
            question.ask("version = :version", "version", filter.graphVersion());
        }
        if (filter.waitsFor() != null) {
            question.ask("waits_for @> ARRAY[:agent::text] AND status = 'waiting'", "agent", filter.waitsFor());
        }
        if (filter.queuedSince() != null) {
            question.ask("queued_at >= :since", "since", time(filter.queuedSince()));
        }
        if (filter.queuedUntil() != null) {
            question.ask("queued_at < :until", "until", time(filter.queuedUntil()));
        }
        if (!filter.tags().isEmpty()) {
            ObjectNode tags = JsonNodeFactory.instance.objectNode();
            filter.tags().forEach(tags::put);
            question.ask("tags IS NOT NULL AND tags::jsonb @> :tags::jsonb", "tags", tags.toString());
        }
        if (after != null) {
            question.ask("(queued_at, id) < (:afterAt, :afterId)", "afterAt", time(after.queuedAt()));
            question.values().put("afterId", after.id());
        }
        return question;
    }

    /** What Postgres has no times of is as good as the last, or the first, that people write. */
    static Instant bounded(Instant at) {
        return at.isAfter(LATEST) ? LATEST : at.isBefore(EARLIEST) ? EARLIEST : at;
    }

    static OffsetDateTime time(Instant at) {
        return bounded(at).atOffset(ZoneOffset.UTC);
    }
}
