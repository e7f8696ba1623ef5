package dev.postroad.runtime.debounce;

import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** The triggers in Postgres whose time is over, for whoever sends them. Thread-safe. */
public final class DueTriggers {
    private static final Duration KEPT_AFTERWARDS = Duration.ofDays(1);
    private static final int MOST_FORGOTTEN_AT_ONCE = 5_000;

    private final Jdbi jdbi;
    private final InstantSource clock;

    public DueTriggers(Jdbi jdbi, InstantSource clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    /**
     * One that is to be sent.
     *
     * @param shard of which it was read
     */
    record Chosen(HeldTrigger trigger, int shard) {}

    /**
     * Chooses those of some shards whose time is over, and finds those that were chosen before and are not sent. One that
     * is looked at just now is chosen the next time.
     */
    List<Chosen> choose(Collection<Integer> shards, int most) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        WITH chosen AS (
                            SELECT * FROM postroad.debounced_triggers
                            WHERE NOT sent AND NOT superseded AND shard = ANY (:shards) AND due_at <= :now
                            ORDER BY due_at LIMIT :most FOR UPDATE SKIP LOCKED
                        ), starting AS (
                            UPDATE postroad.debounced_triggers d SET begun = true FROM chosen m WHERE NOT d.begun AND %s
                        )
                        SELECT * FROM chosen""".formatted(HeldRows.SAME))
                .bindArray("shards", Integer.class, shards)
                .bind("now", clock.instant().atOffset(ZoneOffset.UTC))
                .bind("most", most)
                .map((row, context) -> new Chosen(HeldRows.trigger(row), row.getInt("shard")))
                .list());
    }

    /** Notes that some are on the topic of triggers. */
    void sent(List<Chosen> chosen) {
        jdbi.useHandle(handle -> HeldRows.bind(
                        handle.createUpdate(
                                "UPDATE postroad.debounced_triggers d SET sent = true FROM " + HeldRows.MANY),
                        chosen.stream().map(Chosen::trigger).toList())
                .execute());
    }

    /** Forgets what was sent, or superseded, long ago, the oldest of it; says whether there may be more. */
    boolean forgetOld() {
        return jdbi.withHandle(handle -> handle.execute(
                        """
                        DELETE FROM postroad.debounced_triggers WHERE ctid = ANY (ARRAY(
                            SELECT ctid FROM postroad.debounced_triggers WHERE (sent OR superseded) AND due_at < ?
                            ORDER BY due_at LIMIT ?))""", clock.instant().minus(KEPT_AFTERWARDS).atOffset(ZoneOffset.UTC), MOST_FORGOTTEN_AT_ONCE))
                == MOST_FORGOTTEN_AT_ONCE;
    }
}
