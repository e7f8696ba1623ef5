package dev.postroad.runtime.ownership;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jdbi.v3.core.Jdbi;

/** Raises the epochs of shards in Postgres, which fences whoever owned them before. Thread-safe. */
final class ShardClaims {
    private final Jdbi jdbi;
    private final String workerId;

    ShardClaims(Jdbi jdbi, String workerId) {
        this.jdbi = jdbi;
        this.workerId = workerId;
    }

    /**
     * What was claimed.
     *
     * @param publishedAt every row of the shard with an earlier time is on the events topic
     */
    record Claim(int shard, long epoch, Instant publishedAt) {}

    /** Makes this worker the owner of a shard. Waits for a batch that the former owner has under way. */
    Claim claim(int shard, Instant now) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        INSERT INTO postroad.shards (shard, epoch, owner, published_at) VALUES (:shard, 1, :owner, :now)
                        ON CONFLICT (shard) DO UPDATE SET epoch = postroad.shards.epoch + 1, owner = excluded.owner
                        RETURNING epoch, published_at""")
                .bind("shard", shard)
                .bind("owner", workerId)
                .bind("now", now.atOffset(ZoneOffset.UTC))
                .map((row, context) -> new Claim(
                        shard,
                        row.getLong("epoch"),
                        row.getObject("published_at", OffsetDateTime.class).toInstant()))
                .one());
    }
}
