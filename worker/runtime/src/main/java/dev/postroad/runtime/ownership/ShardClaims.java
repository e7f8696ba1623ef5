package dev.postroad.runtime.ownership;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Raises the epochs of shards in Postgres, which fences whoever owned them before. Thread-safe. */
final class ShardClaims {
    private final Jdbi jdbi;
    private final long worker;
    private final String name;

    /**
     * @param worker the id of this one
     * @param name noted with each shard, for people
     */
    ShardClaims(Jdbi jdbi, long worker, String name) {
        this.jdbi = jdbi;
        this.worker = worker;
        this.name = name;
    }

    /**
     * What was claimed.
     *
     * @param publishedAt every row of the shard with an earlier time is on the events topic
     */
    record Claim(int shard, long epoch, Instant publishedAt) {}

    /**
     * Makes this worker the owner of a shard, unless somebody else was quicker. Waits for a batch that the former owner
     * has under way.
     */
    Optional<Claim> claim(ShardView seen) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        UPDATE postroad.shards
                        SET epoch = epoch + 1, owner = :name, holder = :worker, held_epoch = epoch + 1
                        WHERE shard = :shard AND epoch = :epoch AND holder IS NOT DISTINCT FROM :holder
                        RETURNING shard, epoch, published_at""")
                .bind("name", name)
                .bind("worker", worker)
                .bind("shard", seen.shard())
                .bind("epoch", seen.epoch())
                .bind("holder", seen.holder())
                .map((row, context) -> claim(row))
                .findOne());
    }

    private static Claim claim(ResultSet row) throws SQLException {
        return new Claim(
                row.getInt("shard"),
                row.getLong("epoch"),
                row.getObject("published_at", OffsetDateTime.class).toInstant());
    }

    /** Gives a shard back, for whoever wants it; all workers are told. */
    void giveBack(int shard, long epoch) {
        jdbi.useHandle(handle -> handle.createQuery("""
                        WITH given AS (
                            UPDATE postroad.shards SET holder = 0, given_back_at = clock_timestamp()
                            WHERE shard = :shard AND epoch = :epoch AND holder = :worker RETURNING shard)
                        SELECT pg_notify('postroad_shards', '') FROM given""")
                .bind("shard", shard)
                .bind("epoch", epoch)
                .bind("worker", worker)
                .mapTo(String.class)
                .list());
    }
}
