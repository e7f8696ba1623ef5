package dev.postroad.runtime.history.tasks;

import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.runtime.history.rows.Cursors;
import dev.postroad.runtime.history.rows.Rows;
import dev.postroad.runtime.history.rows.Search;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The tasks of runs, as the view of that name has them. Thread-safe. */
public final class RunTasks {
    private static final String LISTED = """
            SELECT task, node, superstep, agent, status, attempts, started_at, ended_at,
                   (extract(epoch FROM duration) * 1000)::bigint AS millis, input_tokens, output_tokens, cost, error,
                   superseded
            """;
    /** What is decided at once has one time; a superstep follows the one before all the same. */
    private static final String ORDER = "coalesce(started_at, 'infinity'::timestamptz), coalesce(superstep, 0), task";

    private static final String ATTEMPTS = """
            SELECT attempt, status, repeated, started_at, at, (extract(epoch FROM duration) * 1000)::bigint AS millis,
                   error
            FROM postroad.agent_results WHERE run_id = :runId AND task = :task ORDER BY at, attempt LIMIT 1000""";

    private static final String NEXT_TRY = """
            CASE status WHEN 'retrying' THEN (
                SELECT (data ->> 'dueAt')::timestamptz FROM postroad.journal
                WHERE run = (SELECT id FROM postroad.runs WHERE run_id = :runId) AND task = :task AND type = 'node.retrying'
                ORDER BY seq DESC LIMIT 1) END AS next_try""";

    private static final int MOST_STEPS = 5_000;
    /** The ids of tasks are made of nodes and supersteps, with slashes between those of graphs inside. */
    private static final String STEPS = """
            SELECT regexp_replace(task, '@[^/]*', '', 'g') AS path, max(node) AS node, superstep, status,
                   count(*) AS tasks, min(task) AS task
            FROM postroad.tasks WHERE run_id = :runId AND NOT superseded
            GROUP BY 1, superstep, status ORDER BY superstep DESC, 1, status LIMIT :limit""";

    private static final String BREAKPOINTS = """
            SELECT coalesce(data -> 'before', data -> 'pauseBefore') AS before,
                   coalesce(data -> 'after', data -> 'pauseAfter') AS after
            FROM postroad.journal
            WHERE run = (SELECT id FROM postroad.runs WHERE run_id = :runId) AND type IN ('breakpoints.set', 'run.queued')
            ORDER BY seq DESC LIMIT 1""";

    private final Jdbi postgres;

    public RunTasks(DataSource database) {
        postgres = Jdbi.create(database);
    }

    /**
     * Some tasks of a run, in the order in which they began; empty where there is no such run.
     *
     * @param nodes of one of these; empty for any
     * @param statuses in one of these; empty for any
     * @param after the {@code next} of the page before; null for the first page
     * @param limit at most so many, 1 or more
     * @throws IllegalArgumentException where {@code after} is none that a page gave
     */
    public TaskPage page(String runId, Set<String> nodes, Set<String> statuses, @Nullable String after, int limit) {
        List<String> conditions = new ArrayList<>(List.of("run_id = :runId"));
        Map<String, Object> values = new LinkedHashMap<>(Map.of("runId", runId, "limit", limit + 1));
        oneOf("node", nodes, conditions, values);
        oneOf("status", statuses, conditions, values);
        if (after != null) {
            TaskCursor cursor = TaskCursor.of(after);
            conditions.add("(" + ORDER + ") > (" + (cursor.startedAt() == null ? "'infinity'" : ":at")
                    + "::timestamptz, :superstep, :task)");
            values.put("superstep", cursor.superstep());
            values.put("task", cursor.task());
            if (cursor.startedAt() != null) {
                values.put("at", Search.time(cursor.startedAt()));
            }
        }
        String sql = LISTED + "FROM postroad.tasks WHERE " + String.join(" AND ", conditions) + " ORDER BY " + ORDER
                + " LIMIT :limit";
        List<RunTask> found = postgres.withHandle(handle -> handle.createQuery(sql)
                .bindMap(values)
                .map((row, context) -> task(row))
                .list());
        List<RunTask> page = found.subList(0, Math.min(limit, found.size()));
        return new TaskPage(
                page, found.size() > limit ? TaskCursor.of(page.getLast()).text() : null);
    }

    private static void oneOf(String column, Set<String> wanted, List<String> conditions, Map<String, Object> values) {
        List<String> names = new ArrayList<>();
        for (String value : wanted) {
            String name = column + names.size();
            names.add(":" + name);
            values.put(name, value);
        }
        if (!names.isEmpty()) {
            conditions.add(column + " IN (" + String.join(", ", names) + ")");
        }
    }

    /** A task with its attempts; empty where there is no such run, or no such task of it. */
    public Optional<TaskDetails> details(String runId, String task) {
        String sql = LISTED + ", input, input_version, output, " + NEXT_TRY
                + " FROM postroad.tasks WHERE run_id = :runId AND task = :task";
        return postgres.withHandle(handle -> {
            List<TaskDetails.Attempt> attempts = handle.createQuery(ATTEMPTS)
                    .bind("runId", runId)
                    .bind("task", task)
                    .map((row, context) -> attempt(row))
                    .list();
            return handle.createQuery(sql)
                    .bind("runId", runId)
                    .bind("task", task)
                    .map((row, context) -> new TaskDetails(
                            task(row),
                            Rows.json(row, "input"),
                            row.getString("input_version") == null ? -1 : row.getInt("input_version"),
                            Rows.json(row, "output"),
                            attempts,
                            Rows.time(row, "next_try")))
                    .findOne();
        });
    }

    /** What the nodes of a run did and what still counts, the newest superstep first; empty where there is no such run. */
    public NodeSteps steps(String runId) {
        return postgres.withHandle(handle -> {
            List<NodeStep> found = handle.createQuery(STEPS)
                    .bind("runId", runId)
                    .bind("limit", MOST_STEPS + 1)
                    .map((row, context) -> new NodeStep(
                            row.getString("path"),
                            row.getString("node"),
                            row.getInt("superstep"),
                            row.getString("status"),
                            row.getLong("tasks"),
                            row.getString("task")))
                    .list();
            Breakpoints breakpoints = handle.createQuery(BREAKPOINTS)
                    .bind("runId", runId)
                    .map((row, context) -> Breakpoints.of(Rows.json(row, "before"), Rows.json(row, "after")))
                    .findOne()
                    .orElse(Breakpoints.NONE);
            return new NodeSteps(
                    found.subList(0, Math.min(MOST_STEPS, found.size())), found.size() > MOST_STEPS, breakpoints);
        });
    }

    private static RunTask task(ResultSet row) throws SQLException {
        return new RunTask(
                row.getString("task"),
                row.getString("node"),
                row.getInt("superstep"),
                row.getString("agent"),
                row.getString("status"),
                row.getInt("attempts"),
                Rows.time(row, "started_at"),
                Rows.time(row, "ended_at"),
                millis(row),
                row.getLong("input_tokens"),
                row.getLong("output_tokens"),
                row.getBigDecimal("cost"),
                Rows.json(row, "error"),
                row.getBoolean("superseded"));
    }

    private static TaskDetails.Attempt attempt(ResultSet row) throws SQLException {
        return new TaskDetails.Attempt(
                row.getInt("attempt"),
                row.getString("status"),
                row.getBoolean("repeated"),
                Rows.requiredTime(row, "started_at"),
                Rows.requiredTime(row, "at"),
                millis(row),
                Rows.json(row, "error"));
    }

    private static long millis(ResultSet row) throws SQLException {
        long millis = row.getLong("millis");
        return row.wasNull() ? -1 : millis;
    }

    /** The place of a task in the order of its run. */
    private record TaskCursor(@Nullable Instant startedAt, int superstep, String task) {
        private static final String NEVER = "never";

        static TaskCursor of(RunTask last) {
            return new TaskCursor(last.startedAt(), last.superstep(), last.task());
        }

        static TaskCursor of(String text) {
            String[] parts = Cursors.plain(text).split(" ", 3);
            try {
                return new TaskCursor(
                        parts[0].equals(NEVER) ? null : Instant.parse(parts[0]), Integer.parseInt(parts[1]), parts[2]);
            } catch (DateTimeException | NumberFormatException | ArrayIndexOutOfBoundsException other) {
                throw Cursors.noCursor();
            }
        }

        String text() {
            return Cursors.opaque((startedAt == null ? NEVER : startedAt) + " " + superstep + " " + task);
        }
    }
}
