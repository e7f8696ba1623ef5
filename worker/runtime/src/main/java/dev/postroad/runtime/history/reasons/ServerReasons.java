package dev.postroad.runtime.history.reasons;

import dev.postroad.runtime.history.rows.Rows;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Says which of the servers keeps a run from going on. */
final class ServerReasons {
    /** A session may say of itself that it only reads, which tells nothing of others. */
    private static final String QUERY = """
            SELECT pg_is_in_recovery()
                   OR EXISTS (SELECT FROM pg_settings
                              WHERE name = 'default_transaction_read_only' AND setting = 'on'
                                AND source NOT IN ('client', 'session'))
                   OR EXISTS (SELECT FROM pg_db_role_setting
                              WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
                                AND setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = current_user))
                                AND 'default_transaction_read_only=on' = ANY (setconfig)) AS read_only,
                   (SELECT max(renewed_at) FROM postroad.workers) AS written_at,
                   w.name AS worker, w.kafka_silent_since
            FROM (SELECT) AS one
            LEFT JOIN postroad.shards s ON s.shard = :shard AND s.held_epoch = s.epoch
            LEFT JOIN postroad.workers w ON w.id = s.holder""";

    private static final String READ_ONLY = "read-only";

    private ServerReasons() {}

    /**
     * How the servers are.
     *
     * @param writtenAt when workers wrote last; null where there are none
     * @param worker whose the shard is; null for nobody's
     * @param kafkaSilentSince when Kafka answered that worker last; null while it does
     */
    private record Seen(
            boolean readOnly,
            @Nullable Instant writtenAt,
            @Nullable String worker,
            @Nullable Instant kafkaSilentSince) {}

    /** @param trouble why whoever asks cannot write to Postgres; null where it can, or does not know */
    static Optional<Reason> of(Handle handle, RunFacts facts, @Nullable String trouble) {
        Seen seen = handle.createQuery(QUERY)
                .bind("shard", facts.shard())
                .map((row, context) -> new Seen(
                        row.getBoolean("read_only"),
                        Rows.time(row, "written_at"),
                        row.getString("worker"),
                        Rows.time(row, "kafka_silent_since")))
                .one();
        if (seen.readOnly || (trouble != null && trouble.contains(READ_ONLY))) {
            return Optional.of(Reason.of(
                    ReasonCode.POSTGRES_READ_ONLY,
                    "Postgres is read-only, so that nothing of the run can be written",
                    seen.writtenAt,
                    "make it writable again: promote the standby, free its disk or reset"
                            + " default_transaction_read_only; the run goes on by itself then"));
        }
        if (facts.orphaned()) {
            // Else whoever is asked may be the only one that has trouble.
            return Optional.ofNullable(trouble).map(why -> unwritable(why, facts));
        }
        return Optional.ofNullable(seen.kafkaSilentSince).map(since -> kafkaAway(seen.worker, since));
    }

    private static Reason unwritable(String why, RunFacts facts) {
        return Reason.of(
                ReasonCode.POSTGRES_TROUBLE,
                "nothing of the run can be written to Postgres: " + why,
                facts.orphanedSince(),
                "mend that; the run goes on by itself then");
    }

    private static Reason kafkaAway(@Nullable String worker, Instant since) {
        return Reason.of(
                ReasonCode.KAFKA_AWAY,
                "Kafka does not answer worker " + worker
                        + ", which has the run, so that no command and no answer of an agent on Kafka reaches it",
                since,
                "start Kafka again, or mend the way to it; all that was sent is taken up by itself then");
    }
}
