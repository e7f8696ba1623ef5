package dev.postroad.runtime.debounce;

import dev.postroad.contracts.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * The triggers in Postgres of which the last of a key within a time is to run. Those of one key may be read by many workers;
 * a lock of the key's own has them come one after the other. Thread-safe.
 */
public final class DebouncedTriggers {
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
     * What does not run of what came.
     *
     * @param superseded because of a later trigger
     * @param repeats because their run has another trigger
     */
    public record Taken(List<HeldTrigger> superseded, List<HeldTrigger> repeats) {
        public Taken {
            superseded = List.copyOf(superseded);
            repeats = List.copyOf(repeats);
        }

        /** How many there are. */
        public int size() {
            return superseded.size() + repeats.size();
        }
    }

    private record Loser(HeldTrigger trigger, boolean isRepeat) {}

    /**
     * Takes in a trigger, unless a later one is there already, or its run has begun. Read again, it changes nothing.
     *
     * @param shard of which it was read, and is sent again
     * @return those that do not run because of this one, and this one where it does not, as long as that is not {@link #told}
     */
    public Taken take(HeldTrigger come, int shard) {
        return jdbi.inTransaction(handle -> {
            handle.execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 22))", come.target() + "/" + come.key());
            List<Rival> known = known(handle, come);
            if (known.stream().anyMatch(rival -> rival.begun() && come.isRepeatOf(rival.trigger()))
                    && known.stream().noneMatch(rival -> rival.trigger().isSame(come))) {
                return new Taken(List.of(), List.of(come));
            }
            Contest contest = Contest.of(come, known);
            note(handle, contest, come, shard);
            List<Loser> untold = new ArrayList<>(superseded(handle, come));
            if (contest.superseded().contains(come)
                    && untold.stream().noneMatch(each -> each.trigger().isSame(come))) {
                untold.add(new Loser(come, known.stream().anyMatch(rival -> runs(rival, contest, come))));
            }
            return taken(untold);
        });
    }

    private static Taken taken(List<Loser> losers) {
        return new Taken(
                losers.stream()
                        .filter(each -> !each.isRepeat())
                        .map(Loser::trigger)
                        .toList(),
                losers.stream().filter(Loser::isRepeat).map(Loser::trigger).toList());
    }

    private static boolean runs(Rival rival, Contest contest, HeldTrigger forRunOf) {
        return forRunOf.isRepeatOf(rival.trigger()) && !contest.superseded().contains(rival.trigger());
    }

    /** One that has begun, and was written before, has nothing to do with what comes, unless it is for the same run. */
    private static List<Rival> known(Handle handle, HeldTrigger come) {
        return handle.createQuery(COLUMNS + """
                        WHERE target = :target AND key = :key AND NOT superseded
                          AND (NOT begun OR written_at >= :writtenAt OR run_id = :runId)
                        FOR UPDATE""")
                .bind("target", come.target())
                .bind("key", come.key())
                .bind("runId", come.runId())
                .bind("writtenAt", come.writtenAt().atOffset(ZoneOffset.UTC))
                .map((row, context) -> new Rival(
                        HeldRows.trigger(row),
                        row.getBoolean("begun"),
                        row.getObject("since", OffsetDateTime.class).toInstant()))
                .list();
    }

    private void note(Handle handle, Contest contest, HeldTrigger come, int shard) {
        contest.superseded().forEach(superseded -> mark(handle, superseded, come));
        for (Rival left : contest.left()) {
            if (left.trigger().equals(come)) {
                hold(handle, left, shard);
            } else {
                extend(handle, left);
            }
        }
    }

    /** Whoever reads the record of what came tells it, so that each is told of by one. */
    private static void mark(Handle handle, HeldTrigger superseded, HeldTrigger come) {
        handle.createUpdate("UPDATE postroad.debounced_triggers SET superseded = true, superseded_by = :by "
                        + HeldRows.ONE + " AND NOT begun")
                .bind("by", come.place())
                .bindMap(HeldRows.key(superseded))
                .execute();
    }

    private static List<Loser> superseded(Handle handle, HeldTrigger come) {
        return handle.createQuery("""
                        SELECT target, key, run_id, written_at, within_millis, trigger, traceparent, topic, topic_id, partition,
                               "offset",
                               EXISTS (SELECT FROM postroad.debounced_triggers o
                                       WHERE o.target = d.target AND o.key = d.key AND o.run_id = d.run_id
                                         AND NOT o.superseded) AS repeat
                        FROM postroad.debounced_triggers d
                        WHERE target = :target AND key = :key AND superseded AND superseded_by = :place""")
                .bind("target", come.target())
                .bind("key", come.key())
                .bind("place", come.place())
                .map((row, context) -> new Loser(HeldRows.trigger(row), row.getBoolean("repeat")))
                .list();
    }

    /** Forgets those of which it was told that they do not run. */
    public void told(Taken taken) {
        List<HeldTrigger> all = new ArrayList<>(taken.superseded());
        all.addAll(taken.repeats());
        jdbi.useHandle(handle -> HeldRows.bind(
                        handle.createUpdate("DELETE FROM postroad.debounced_triggers d USING " + HeldRows.MANY
                                + " AND d.superseded"),
                        all)
                .execute());
    }

    private static void extend(Handle handle, Rival left) {
        handle.createUpdate("UPDATE postroad.debounced_triggers SET since = :since " + HeldRows.ONE)
                .bind("since", left.since().atOffset(ZoneOffset.UTC))
                .bindMap(HeldRows.key(left.trigger()))
                .execute();
    }

    /** One that is there already is one that was superseded, and is not any more. */
    private void hold(Handle handle, Rival held, int shard) {
        HeldTrigger come = held.trigger();
        handle.createUpdate("""
                INSERT INTO postroad.debounced_triggers AS d (target, key, run_id, shard, written_at, since, within_millis,
                        due_at, trigger, traceparent, topic, topic_id, partition, "offset")
                VALUES (:target, :key, :runId, :shard, :writtenAt, :since, :within, :dueAt, :trigger, :traceParent, :topic,
                        :topicId, :partition, :offset)
                ON CONFLICT (target, key, run_id, partition, "offset") DO UPDATE
                SET shard = excluded.shard, written_at = excluded.written_at, since = excluded.since, within_millis = excluded.within_millis,
                    due_at = excluded.due_at, trigger = excluded.trigger, traceparent = excluded.traceparent,
                    topic = excluded.topic, topic_id = excluded.topic_id, superseded = false, superseded_by = NULL
                WHERE NOT d.begun""")
                .bindMap(HeldRows.key(come))
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
                .execute();
    }
}
