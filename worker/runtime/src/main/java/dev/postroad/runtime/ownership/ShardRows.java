package dev.postroad.runtime.ownership;

import dev.postroad.runtime.ownership.ShardView.Held;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What stands in Postgres about who holds which shard, for looks on a given connection. Immutable. */
final class ShardRows {
    private static final String LOOK = """
            SELECT s.shard, s.epoch, s.holder,
                   (SELECT w.id FROM postroad.workers w WHERE s.shard = ANY (w.wants) AND NOT w.leaving
                    ORDER BY w.id LIMIT 1) AS wanted_by,
                   CASE WHEN s.holder IS NULL OR s.held_epoch <> s.epoch THEN 'UNKNOWN'
                        WHEN s.holder = ? THEN 'HERE'
                        WHEN h.id IS NULL THEN 'NOWHERE'
                        ELSE 'ELSEWHERE' END AS held
            FROM postroad.shards s LEFT JOIN postroad.workers h ON h.id = s.holder
            WHERE s.holder = ? OR s.shard = ANY (?) OR (s.held_epoch = s.epoch AND h.id IS NULL)""";

    /** Those that take something, with how many shards each has. */
    private static final String LOADS = """
            SELECT w.id, count(s.shard) AS shards
            FROM postroad.workers w
            LEFT JOIN postroad.shards s ON s.holder = w.id AND s.held_epoch = s.epoch
            WHERE NOT w.leaving GROUP BY w.id""";

    /** A shard that nobody has held yet is nobody's. */
    private static final String ENTER = """
            INSERT INTO postroad.shards (shard, epoch, owner, published_at, holder, held_epoch)
            SELECT shard, 0, '', ?, 0, 0 FROM unnest(?::int[]) AS shard ORDER BY shard
            ON CONFLICT (shard) DO NOTHING""";

    private static final String TELL = "SELECT pg_notify('postroad_shards', '')";

    private final long worker;

    /** @param worker the id of this one */
    ShardRows(long worker) {
        this.worker = worker;
    }

    /** @param wants the shards that Kafka gave to this worker and that it does not hold */
    List<ShardView> look(Connection connection, Collection<Integer> wants) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOOK)) {
            statement.setLong(1, worker);
            statement.setLong(2, worker);
            statement.setArray(3, connection.createArrayOf("int4", wants.toArray()));
            List<ShardView> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(new ShardView(
                            rows.getInt("shard"),
                            rows.getLong("epoch"),
                            Held.valueOf(rows.getString("held")),
                            rows.getObject("holder", Long.class),
                            rows.getObject("wanted_by", Long.class)));
                }
            }
            return found;
        }
    }

    Map<Long, Integer> loads(Connection connection) throws SQLException {
        Map<Long, Integer> loads = new TreeMap<>();
        try (PreparedStatement statement = connection.prepareStatement(LOADS);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                loads.put(rows.getLong("id"), rows.getInt("shards"));
            }
        }
        return loads;
    }

    /** @param now the time from which on the events of a shard that is new are to be published */
    void enter(Connection connection, Collection<Integer> shards, Instant now) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ENTER)) {
            statement.setObject(1, now.atOffset(ZoneOffset.UTC));
            statement.setArray(2, connection.createArrayOf("int4", shards.toArray()));
            statement.executeUpdate();
        }
    }

    /** Has all workers look at once. */
    void tell(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TELL)) {
            statement.execute();
        }
    }
}
