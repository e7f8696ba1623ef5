package dev.postroad.runtime.history.past;

import dev.postroad.contracts.agent.LogLevel;
import dev.postroad.runtime.history.rows.Rows;
import dev.postroad.runtime.history.rows.Search;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;

/** What was logged about runs. Thread-safe. */
public final class RunLog {
    private static final String LINES = """
            SELECT id, at, level, run_id, graph, node, task, attempt, agent, worker, message, fields
            FROM postroad.agent_logs
            WHERE run_id = :runId AND id > :after""";

    private final Jdbi postgres;

    public RunLog(DataSource database) {
        postgres = Jdbi.create(database);
    }

    /**
     * The next of the lines that are wanted, in their order; none that comes later has a lower id.
     *
     * @param after the last line that is known already; 0 for none
     * @param limit at most so many, 1 or more
     */
    public List<LogLine> lines(String runId, LogFilter filter, long after, int limit) {
        String sql = LINES
                + (filter.least() == LogLevel.TRACE ? "" : " AND level IN (<levels>)")
                + (filter.nodes().isEmpty() ? "" : " AND node IN (<nodes>)")
                + (filter.since() == null ? "" : " AND at >= :since")
                + (filter.until() == null ? "" : " AND at < :until")
                + " ORDER BY id LIMIT :limit";
        return postgres.withHandle(handle -> {
            Query query = handle.createQuery(sql)
                    .bind("runId", runId)
                    .bind("after", after)
                    .bind("limit", limit);
            return bound(query, filter).map((row, context) -> line(row)).list();
        });
    }

    private static Query bound(Query query, LogFilter filter) {
        if (filter.least() != LogLevel.TRACE) {
            query.bindList(
                    "levels",
                    Arrays.stream(LogLevel.values())
                            .filter(level -> level.compareTo(filter.least()) >= 0)
                            .map(LogLevel::publicName)
                            .toList());
        }
        if (!filter.nodes().isEmpty()) {
            query.bindList("nodes", List.copyOf(filter.nodes()));
        }
        if (filter.since() != null) {
            query.bind("since", Search.time(filter.since()));
        }
        if (filter.until() != null) {
            query.bind("until", Search.time(filter.until()));
        }
        return query;
    }

    private static LogLine line(ResultSet row) throws SQLException {
        return new LogLine(
                row.getLong("id"),
                Rows.requiredTime(row, "at"),
                LogLevel.of(row.getString("level")).orElse(LogLevel.INFO),
                row.getString("run_id"),
                row.getString("graph"),
                row.getString("node"),
                row.getString("task"),
                row.getObject("attempt", Integer.class),
                row.getString("agent"),
                row.getString("worker"),
                row.getString("message"),
                Rows.json(row, "fields"));
    }
}
