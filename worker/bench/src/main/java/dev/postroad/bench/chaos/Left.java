package dev.postroad.bench.chaos;

import dev.postroad.bench.Place;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Reads from Postgres what is left. */
final class Left {
    private static final String RUNS = "SELECT run_id, graph, status, ended_at IS NOT NULL AS ended,"
            + " coalesce(input ->> 'n', '') AS tenant FROM postroad.runs";

    private static final String ROWS = """
            SELECT coalesce(r.run_id, '') AS run, j.seq, j.type, j.task, pg_xact_commit_timestamp(j.xmin) AS committed,
                   j.data ->> 'commandId' AS command,
                   CASE j.type WHEN 'run.completed' THEN j.data ->> 'state'
                               WHEN 'run.forked' THEN j.data ->> 'newRunId' END AS detail
            FROM postroad.journal j LEFT JOIN postroad.runs r ON r.id = j.run""";

    private static final String UNENDED = "SELECT count(*) FROM postroad.runs WHERE ended_at IS NULL";

    private static final String TRIGGERED =
            "SELECT count(*) FROM postroad.runs WHERE run_id LIKE 'calm-%' OR run_id LIKE 'run-%'";

    private static final String FIRING = """
            SELECT (SELECT count(*) FROM postroad.schedule_runs)
                 + (SELECT count(*) FROM postroad.schedules WHERE NOT coalesce((definition ->> 'paused')::boolean, false))""";

    private static final String ANSWERED =
            "SELECT count(DISTINCT data ->> 'commandId') FROM postroad.journal WHERE data ->> 'commandId' IS NOT NULL";

    private Left() {}

    /** Whether nothing is to come any more of all that was sent. */
    static boolean isSettled(Place place, int triggered, int told) {
        return place.count(TRIGGERED) >= triggered
                && place.count(FIRING) == 0
                && place.count(ANSWERED) >= told
                && place.count(UNENDED) == 0;
    }

    static Remains read(
            Scene scene, Set<String> triggered, List<Order> orders, EventsTopic events, long mostUnderTheLimit) {
        return scene.place()
                .sql()
                .withHandle(handle -> new Remains(
                        triggered,
                        orders,
                        runs(handle),
                        rows(handle, scene.ofPostgres()),
                        events.published(),
                        events.outOfOrder(),
                        scene.agents().calls(),
                        TasksTopic.read(scene.place()),
                        mostUnderTheLimit,
                        Shared.read(handle, scene.agents().paid())));
    }

    private static List<Remains.Run> runs(Handle handle) {
        return handle.createQuery(RUNS)
                .map((row, context) -> new Remains.Run(
                        row.getString("run_id"),
                        row.getString("graph"),
                        row.getString("status"),
                        row.getBoolean("ended"),
                        row.getString("tenant")))
                .list();
    }

    private static List<Remains.Row> rows(Handle handle, Pauses pauses) {
        return handle.createQuery(ROWS).map((row, context) -> row(row, pauses)).list();
    }

    private static Remains.Row row(ResultSet row, Pauses pauses) throws SQLException {
        Timestamp committed = row.getTimestamp("committed");
        return new Remains.Row(
                row.getString("run"),
                row.getInt("seq"),
                row.getString("type"),
                row.getString("task"),
                pauses.committed(committed.toInstant()),
                row.getString("command"),
                row.getString("detail"));
    }
}
