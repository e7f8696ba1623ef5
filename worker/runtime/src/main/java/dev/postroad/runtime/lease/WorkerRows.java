package dev.postroad.runtime.lease;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The table {@code workers}. Immutable. */
final class WorkerRows {
    private static final String ENTER = """
            INSERT INTO postroad.workers (id, name, host, version, lease, locked, leaving)
            VALUES (?, ?, ?, ?, make_interval(secs => ?), ?, ?)
            ON CONFLICT (id) DO UPDATE SET locked = excluded.locked, renewed_at = excluded.renewed_at""";

    /** One statement, four times a second: the lock is tried for the others alone, and given back with the statement. */
    private static final String RENEW_AND_LOOK = """
            WITH renewed AS (
                UPDATE postroad.workers SET renewed_at = clock_timestamp(), shards = ?, wants = ?, lag = ?, leaving = ?,
                                            kafka_silent_since = ?
                WHERE id = ?
                RETURNING id, drain_asked_at)
            SELECT w.id, w.name, w.host, w.renewed_at, extract(epoch FROM w.lease) AS lease,
                   CASE WHEN w.locked AND w.id <> ? THEN pg_try_advisory_xact_lock_shared(w.id) ELSE false END AS unlocked,
                   EXISTS (SELECT FROM renewed) AS renewed,
                   EXISTS (SELECT FROM renewed WHERE drain_asked_at IS NOT NULL) AS drains
            FROM postroad.workers w""";

    /** Whoever renewed since is not removed, and whoever was removed learns it with the next renewal. */
    private static final String BURY = """
            WITH dead AS (
                DELETE FROM postroad.workers WHERE id = ? AND renewed_at = ? RETURNING id, name, host)
            INSERT INTO postroad.take_overs (worker, worker_id, host, why, shards, found_by)
            SELECT d.name, d.id, d.host, ?, ARRAY(
                       SELECT s.shard FROM postroad.shards s WHERE s.holder = d.id AND s.held_epoch = s.epoch ORDER BY 1), ?
            FROM dead d""";

    private static final String FORGET = "DELETE FROM postroad.take_overs WHERE at < now() - interval '30 days'";
    private static final String LEAVE = "DELETE FROM postroad.workers WHERE id = ?";

    private final Self self;

    WorkerRows(Self self) {
        this.self = self;
    }

    /**
     * What one look found.
     *
     * @param renewed whether this worker's own row was there
     * @param drains whether somebody asked it to hand over and end
     */
    record Look(boolean renewed, boolean drains, List<Neighbour> others) {}

    void enter(Connection connection, boolean locked, boolean leaving) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ENTER)) {
            statement.setLong(1, self.id());
            statement.setString(2, self.name());
            statement.setString(3, self.host());
            statement.setString(4, self.version());
            statement.setDouble(5, self.lease().toMillis() / 1e3);
            statement.setBoolean(6, locked);
            statement.setBoolean(7, leaving);
            statement.executeUpdate();
        }
    }

    Look renewAndLook(Connection connection, LeaseKeeper.Holdings holdings, boolean leaving) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RENEW_AND_LOOK)) {
            statement.setArray(
                    1, connection.createArrayOf("int4", holdings.shards().toArray()));
            statement.setArray(
                    2, connection.createArrayOf("int4", holdings.wants().toArray()));
            statement.setLong(3, holdings.lag());
            statement.setBoolean(4, leaving);
            statement.setObject(5, time(holdings.kafkaSilentSince()), Types.TIMESTAMP_WITH_TIMEZONE);
            statement.setLong(6, self.id());
            statement.setLong(7, self.id());
            boolean renewed = false;
            boolean drains = false;
            List<Neighbour> others = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    renewed = rows.getBoolean("renewed");
                    drains = rows.getBoolean("drains");
                    if (rows.getLong("id") != self.id()) {
                        others.add(neighbour(rows));
                    }
                }
            }
            return new Look(renewed, drains, others);
        }
    }

    private static @Nullable OffsetDateTime time(@Nullable Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }

    private static Neighbour neighbour(ResultSet row) throws SQLException {
        return new Neighbour(
                row.getLong("id"),
                row.getString("name"),
                row.getString("host"),
                row.getObject("renewed_at", OffsetDateTime.class),
                Duration.ofMillis(Math.round(row.getDouble("lease") * 1e3)),
                row.getBoolean("unlocked"));
    }

    /** Whether this worker was the one to remove the row. */
    boolean bury(Connection connection, Death death) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(BURY);
                PreparedStatement old = connection.prepareStatement(FORGET)) {
            statement.setLong(1, death.worker().id());
            statement.setObject(2, death.worker().renewedAt());
            statement.setString(3, death.cause().words());
            statement.setString(4, self.name());
            boolean buried = statement.executeUpdate() > 0;
            if (buried) {
                old.executeUpdate();
            }
            return buried;
        }
    }

    void leave(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LEAVE)) {
            statement.setLong(1, self.id());
            statement.executeUpdate();
        }
    }
}
