package dev.postroad.runtime.history.workers;

import dev.postroad.runtime.history.rows.Rows;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** What Postgres knows of workers. Thread-safe. */
public final class WorkerRegister {
    private static final int MOST_TAKE_OVERS = 50;
    private static final String WORKERS = """
            SELECT w.name, w.host, w.version, w.started_at, w.renewed_at, w.locked, w.leaving, w.lag,
                   ARRAY(SELECT s.shard FROM postroad.shards s
                         WHERE s.holder = w.id AND s.held_epoch = s.epoch ORDER BY s.shard) AS held,
                   ARRAY(SELECT s.epoch FROM postroad.shards s
                         WHERE s.holder = w.id AND s.held_epoch = s.epoch ORDER BY s.shard) AS epochs,
                   (SELECT count(*) FROM postroad.runs r JOIN postroad.shards s USING (shard)
                    WHERE r.status = 'running' AND s.holder = w.id AND s.held_epoch = s.epoch) AS running
            FROM postroad.workers w ORDER BY w.name, w.started_at""";
    private static final String TAKE_OVERS = """
            SELECT at, worker, host, why, shards, found_by FROM postroad.take_overs ORDER BY id DESC LIMIT :limit""";

    private final Jdbi postgres;

    public WorkerRegister(DataSource database) {
        postgres = Jdbi.create(database);
    }

    /** Who lives, and who was found dead of late. */
    public WorkerReport report() {
        return postgres.withHandle(handle -> new WorkerReport(
                handle.createQuery("SELECT now() AS at")
                        .map((row, context) -> Rows.requiredTime(row, "at"))
                        .one(),
                handle.createQuery(WORKERS).map((row, context) -> living(row)).list(),
                takeOvers(handle)));
    }

    private static List<WorkerReport.TakeOver> takeOvers(Handle handle) {
        return handle.createQuery(TAKE_OVERS)
                .bind("limit", MOST_TAKE_OVERS)
                .map((row, context) -> new WorkerReport.TakeOver(
                        Rows.requiredTime(row, "at"),
                        row.getString("worker"),
                        row.getString("host"),
                        row.getString("why"),
                        shards(row, "shards"),
                        row.getString("found_by")))
                .list();
    }

    private static WorkerReport.Living living(ResultSet row) throws SQLException {
        return new WorkerReport.Living(
                row.getString("name"),
                row.getString("host"),
                row.getString("version"),
                Rows.requiredTime(row, "started_at"),
                Rows.requiredTime(row, "renewed_at"),
                row.getBoolean("locked"),
                row.getBoolean("leaving"),
                shards(row, "held"),
                List.of((Long[]) row.getArray("epochs").getArray()),
                row.getLong("running"),
                row.getObject("lag", Long.class));
    }

    private static List<Integer> shards(ResultSet row, String column) throws SQLException {
        return List.of((Integer[]) row.getArray(column).getArray());
    }
}
