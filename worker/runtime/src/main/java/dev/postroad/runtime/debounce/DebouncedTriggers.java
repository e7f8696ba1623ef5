package dev.postroad.runtime.debounce;

import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.engine.run.Origin;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * The triggers in Postgres of which the last of a key within a time is to run. Those of one key may be read by many workers;
 * a lock of the key's own has them come one after the other. Thread-safe.
 */
public final class DebouncedTriggers {
    private static final Duration KEPT_AFTERWARDS = Duration.ofDays(1);
    private static final String COLUMNS = """
            SELECT target, key, run_id, shard, written_at, since, within_millis, begun, trigger, traceparent, topic, topic_id,
                   partition, "offset"
            FROM postroad.debounced_triggers\s""";

    private final Jdbi jdbi;
    private final InstantSource clock;

    public DebouncedTriggers(Jdbi jdbi, InstantSource clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    /**
     * Takes in a trigger, unless a later one is there already. Read again, it changes nothing.
     *
     * @param shard of which it was read, and is sent again
     * @return those that do not run because of a later one, this one perhaps among them, as long as that is not {@link #told}
     */
    public List<HeldTrigger> take(HeldTrigger come, int shard) {
        return jdbi.inTransaction(handle -> {
            handle.execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 22))", come.target() + "/" + come.key());
            List<Rival> rivals = rivals(handle, come);
            Contest contest = Contest.of(come, rivals);
            contest.superseded().forEach(superseded -> mark(handle, superseded));
            for (Rival left : contest.left()) {
                if (left.trigger().equals(come)) {
                    hold(handle, left, shard);
                } else {
                    extend(handle, left);
                }
            }
            List<HeldTrigger> untold = new ArrayList<>(superseded(handle, come));
            if (contest.superseded().contains(come) && rivals.stream().noneMatch(rival -> isOfSameRun(rival, come))) {
                untold.add(come);
            }
            return untold;
        });
    }

    /** A run that has two triggers is one run, of which it is not to be told that it does not run. */
    private static boolean isOfSameRun(Rival rival, HeldTrigger come) {
        return rival.trigger().runId().equals(come.runId());
    }

    /** One that has begun, and was written before, has nothing to do with what comes. */
    private static List<Rival> rivals(Handle handle, HeldTrigger come) {
        return handle.createQuery(COLUMNS + """
                        WHERE target = :target AND key = :key AND NOT superseded AND (NOT begun OR written_at >= :writtenAt)
                        FOR UPDATE""")
                .bind("target", come.target())
                .bind("key", come.key())
                .bind("writtenAt", come.writtenAt().atOffset(ZoneOffset.UTC))
                .map((row, context) -> new Rival(
                        held(row),
                        row.getBoolean("begun"),
                        row.getObject("since", OffsetDateTime.class).toInstant()))
                .list();
    }

    private static void mark(Handle handle, HeldTrigger superseded) {
        handle.execute("""
                UPDATE postroad.debounced_triggers SET superseded = true
                WHERE target = ? AND key = ? AND run_id = ? AND NOT begun""", superseded.target(), superseded.key(), superseded.runId());
    }

    private static List<HeldTrigger> superseded(Handle handle, HeldTrigger come) {
        return handle.createQuery(COLUMNS + "WHERE target = :target AND key = :key AND superseded")
                .bind("target", come.target())
                .bind("key", come.key())
                .map((row, context) -> held(row))
                .list();
    }

    /** Forgets those of which it was told that they do not run. */
    public void told(List<HeldTrigger> superseded) {
        jdbi.useTransaction(handle -> superseded.forEach(each -> handle.execute(
                "DELETE FROM postroad.debounced_triggers WHERE target = ? AND key = ? AND run_id = ? AND superseded",
                each.target(),
                each.key(),
                each.runId())));
    }

    private static void extend(Handle handle, Rival left) {
        handle.execute(
                "UPDATE postroad.debounced_triggers SET since = ? WHERE target = ? AND key = ? AND run_id = ?",
                left.since().atOffset(ZoneOffset.UTC),
                left.trigger().target(),
                left.trigger().key(),
                left.trigger().runId());
    }

    /** A second one for the same run takes the place of the first, as long as that has not begun. */
    private void hold(Handle handle, Rival held, int shard) {
        HeldTrigger come = held.trigger();
        handle.createUpdate("""
                INSERT INTO postroad.debounced_triggers AS d (target, key, run_id, shard, written_at, since, within_millis,
                        due_at, trigger, traceparent, topic, topic_id, partition, "offset")
                VALUES (:target, :key, :runId, :shard, :writtenAt, :since, :within, :dueAt, :trigger, :traceParent, :topic,
                        :topicId, :partition, :offset)
                ON CONFLICT (target, key, run_id) DO UPDATE
                SET shard = excluded.shard, written_at = excluded.written_at, since = excluded.since, within_millis = excluded.within_millis,
                    due_at = excluded.due_at, trigger = excluded.trigger, traceparent = excluded.traceparent,
                    topic = excluded.topic, topic_id = excluded.topic_id, partition = excluded.partition,
                    "offset" = excluded."offset", superseded = false
                WHERE NOT d.begun""")
                .bind("target", come.target())
                .bind("key", come.key())
                .bind("runId", come.runId())
                .bind("shard", shard)
                .bind("writtenAt", come.writtenAt().atOffset(ZoneOffset.UTC))
                .bind("since", held.since().atOffset(ZoneOffset.UTC))
                .bind("within", come.within().toMillis())
                // The next one may have been written in time, and be read only now.
                .bind("dueAt", clock.instant().plus(come.within()).atOffset(ZoneOffset.UTC))
                .bind("trigger", new String(Json.bytes(come.trigger().toJson()), StandardCharsets.UTF_8))
                .bind("traceParent", come.traceParent())
                .bind("topic", come.origin().topic())
                .bind("topicId", come.origin().topicId())
                .bind("partition", come.origin().partition())
                .bind("offset", come.origin().offset())
                .execute();
    }

    /**
     * One that is to be sent.
     *
     * @param shard of which it was read
     */
    record Chosen(HeldTrigger trigger, int shard) {}

    /** Chooses those of some shards whose time is over, and finds those that were chosen before and are not sent. */
    List<Chosen> choose(Collection<Integer> shards, int most) {
        return jdbi.inTransaction(handle -> {
            handle.createUpdate("""
                    UPDATE postroad.debounced_triggers SET begun = true
                    WHERE NOT sent AND NOT superseded AND NOT begun AND shard = ANY (:shards) AND due_at <= :now""")
                    .bindArray("shards", Integer.class, shards)
                    .bind("now", clock.instant().atOffset(ZoneOffset.UTC))
                    .execute();
            return handle.createQuery(
                            COLUMNS
                                    + "WHERE NOT sent AND NOT superseded AND begun AND shard = ANY (:shards) ORDER BY due_at LIMIT :most")
                    .bindArray("shards", Integer.class, shards)
                    .bind("most", most)
                    .map((row, context) -> new Chosen(held(row), row.getInt("shard")))
                    .list();
        });
    }

    /** Notes that some are on the topic of triggers. */
    void sent(List<Chosen> chosen) {
        jdbi.useTransaction(handle -> chosen.forEach(each -> handle.execute(
                "UPDATE postroad.debounced_triggers SET sent = true WHERE target = ? AND key = ? AND run_id = ?",
                each.trigger().target(),
                each.trigger().key(),
                each.trigger().runId())));
    }

    /** Forgets what was sent long ago. */
    void forgetOld() {
        jdbi.useHandle(handle -> handle.execute(
                "DELETE FROM postroad.debounced_triggers WHERE sent AND due_at < ?",
                clock.instant().minus(KEPT_AFTERWARDS).atOffset(ZoneOffset.UTC)));
    }

    private static HeldTrigger held(ResultSet row) throws SQLException {
        return new HeldTrigger(
                row.getString("target"),
                row.getString("key"),
                row.getString("run_id"),
                row.getObject("written_at", OffsetDateTime.class).toInstant(),
                Duration.ofMillis(row.getLong("within_millis")),
                trigger(row.getString("trigger")),
                row.getString("traceparent"),
                new Origin(
                        row.getString("topic"),
                        row.getString("topic_id"),
                        row.getInt("partition"),
                        row.getLong("offset")));
    }

    private static Trigger trigger(String stored) {
        try {
            return Trigger.read(Json.read(stored));
        } catch (FaultsException corrupt) {
            throw new IllegalStateException("a trigger that is held cannot be read any more", corrupt);
        }
    }
}
