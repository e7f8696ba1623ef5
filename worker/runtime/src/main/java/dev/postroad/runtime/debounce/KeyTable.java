package dev.postroad.runtime.debounce;

import static java.util.stream.Collectors.groupingBy;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the keys of triggers that come: locked, read and written by one statement each, however many there are.
 * Whoever wants several locks takes them in an order that is the same for all, so that no two wait for each other. Confined
 * to one transaction.
 */
final class KeyTable {
    private static final String LOCK = """
            SELECT pg_advisory_xact_lock(id)
            FROM (SELECT DISTINCT hashtextextended(name, 22) AS id FROM unnest(:names::text[]) AS name ORDER BY id) AS sorted""";

    /**
     * Those that wait are locked, so that none begins meanwhile: one that may run and is not among them has begun. Besides
     * them there is what was written after the first of those that come, and all of each run that comes, waits, or is still
     * to be told of. What is looked for key by key is found by an index; of many at once Postgres would read whole tables.
     */
    private static final String READ = """
            WITH come AS MATERIALIZED (
                SELECT * FROM unnest(:targets::text[], :keys::text[], :runIds::text[], :writtenAts::timestamptz[], :places::text[])
                    AS come (target, key, run_id, written_at, place)),
            waiting AS MATERIALIZED (
                SELECT d.* FROM (SELECT DISTINCT target, key FROM come) AS of_key CROSS JOIN LATERAL (
                    SELECT target, key, run_id, partition, "offset" FROM postroad.debounced_triggers d
                    WHERE d.target = of_key.target AND d.key = of_key.key AND NOT d.begun AND NOT d.superseded FOR UPDATE) AS d),
            run AS MATERIALIZED (
                SELECT target, key, run_id FROM come
                UNION SELECT target, key, run_id FROM waiting
                UNION SELECT d.target, d.key, d.run_id FROM come CROSS JOIN LATERAL (
                    SELECT target, key, run_id FROM postroad.debounced_triggers d
                    WHERE d.target = come.target AND d.key = come.key AND d.superseded
                      AND d.superseded_by = come.place OFFSET 0) AS d),
            known AS MATERIALIZED (
                SELECT d.* FROM run CROSS JOIN LATERAL (
                    SELECT * FROM postroad.debounced_triggers d
                    WHERE d.target = run.target AND d.key = run.key AND d.run_id = run.run_id OFFSET 0) AS d
                UNION ALL
                SELECT d.* FROM (SELECT target, key, min(written_at) AS earliest FROM come GROUP BY target, key) AS of_key
                CROSS JOIN LATERAL (
                    SELECT * FROM postroad.debounced_triggers d
                    WHERE d.target = of_key.target AND d.key = of_key.key AND NOT d.superseded
                      AND d.written_at >= of_key.earliest OFFSET 0) AS d)
            SELECT target, key, run_id, shard, written_at, since, within_millis, trigger, traceparent, topic, topic_id,
                   partition, "offset", superseded_by, NOT superseded AND waiting.key IS NULL AS has_begun
            FROM known LEFT JOIN waiting USING (target, key, run_id, partition, "offset")""";

    private static final String CHANGE = """
            UPDATE postroad.debounced_triggers d
            SET since = m.since, superseded = m.superseded_by IS NOT NULL, superseded_by = m.superseded_by
            FROM (SELECT m.* FROM unnest(:targets::text[], :keys::text[], :runIds::text[], :partitions::int[],
                                         :offsets::bigint[], :sinces::timestamptz[], :supersededBys::text[])
                      AS m (target, key, run_id, partition, "offset", since, superseded_by)
                  JOIN postroad.debounced_triggers d ON %s
                  ORDER BY %s FOR UPDATE OF d) AS m
            WHERE %s""".formatted(HeldRows.SAME, HeldRows.ORDER, HeldRows.SAME);

    private static final String HOLD = """
            INSERT INTO postroad.debounced_triggers AS d (target, key, run_id, partition, "offset", shard, written_at, since,
                    within_millis, due_at, superseded, superseded_by, trigger, traceparent, topic, topic_id)
            SELECT target, key, run_id, partition, "offset", shard, written_at, since, within_millis,
                   CAST(:now AS timestamptz) + within_millis * interval '1 millisecond', superseded_by IS NOT NULL,
                   superseded_by, trigger, traceparent, topic, topic_id
            FROM unnest(:targets::text[], :keys::text[], :runIds::text[], :partitions::int[], :offsets::bigint[],
                        :shards::int[], :writtenAts::timestamptz[], :sinces::timestamptz[], :withins::bigint[],
                        :supersededBys::text[], :triggers::text[], :traceParents::text[], :topics::text[], :topicIds::text[])
                AS d (target, key, run_id, partition, "offset", shard, written_at, since, within_millis, superseded_by,
                      trigger, traceparent, topic, topic_id)
            ORDER BY %s
            ON CONFLICT (target, key, run_id, partition, "offset") DO UPDATE
            SET shard = excluded.shard, written_at = excluded.written_at, since = excluded.since,
                within_millis = excluded.within_millis, due_at = excluded.due_at, trigger = excluded.trigger,
                traceparent = excluded.traceparent, topic = excluded.topic, topic_id = excluded.topic_id,
                superseded = excluded.superseded, superseded_by = excluded.superseded_by
            WHERE NOT d.begun""".formatted(HeldRows.ORDER);

    private final Handle handle;

    private KeyTable(Handle handle) {
        this.handle = handle;
    }

    /** One of the keys. */
    record Key(String target, String name) {
        static Key of(HeldTrigger held) {
            return new Key(held.target(), held.key());
        }
    }

    /** Locks the keys of some triggers for the rest of the transaction. */
    static KeyTable lock(Handle handle, List<HeldTrigger> come) {
        handle.createUpdate(LOCK)
                .bindArray("names", String.class, each(come, held -> held.target() + "/" + held.key()))
                .execute();
        return new KeyTable(handle);
    }

    /** What is known of the keys of those that come, and has to do with them. */
    Map<Key, KeyRows> read(List<HeldTrigger> come) {
        Map<Key, List<HeldRow>> stored = handle
                .createQuery(READ)
                .bindArray("targets", String.class, each(come, HeldTrigger::target))
                .bindArray("keys", String.class, each(come, HeldTrigger::key))
                .bindArray("runIds", String.class, each(come, HeldTrigger::runId))
                .bindArray("writtenAts", String.class, each(come, held -> time(held.writtenAt())))
                .bindArray("places", String.class, each(come, HeldTrigger::place))
                .map((row, context) -> row(row))
                .list()
                .stream()
                .collect(groupingBy(row -> Key.of(row.trigger())));
        Map<Key, KeyRows> known = new HashMap<>();
        come.forEach(held ->
                known.computeIfAbsent(Key.of(held), key -> new KeyRows(stored.getOrDefault(key, List.of()))));
        return known;
    }

    private static HeldRow row(ResultSet row) throws SQLException {
        return new HeldRow(
                HeldRows.trigger(row),
                row.getInt("shard"),
                row.getObject("since", OffsetDateTime.class).toInstant(),
                row.getBoolean("has_begun"),
                row.getString("superseded_by"));
    }

    /** Writes what has become of them. */
    void write(Collection<KeyRows> known, Instant now) {
        List<HeldRow> changed =
                known.stream().flatMap(rows -> rows.changed().stream()).toList();
        if (!changed.isEmpty()) {
            bind(handle.createUpdate(CHANGE), changed).execute();
        }
        List<HeldRow> held =
                known.stream().flatMap(rows -> rows.held().stream()).toList();
        if (!held.isEmpty()) {
            hold(held, now);
        }
    }

    private void hold(List<HeldRow> held, Instant now) {
        bind(handle.createUpdate(HOLD), held)
                .bindArray("shards", Integer.class, each(held, HeldRow::shard))
                .bindArray(
                        "writtenAts",
                        String.class,
                        each(held, row -> time(row.trigger().writtenAt())))
                .bindArray(
                        "withins",
                        Long.class,
                        each(held, row -> row.trigger().within().toMillis()))
                // The next one may have been written in time, and be read only now.
                .bind("now", now.atOffset(ZoneOffset.UTC))
                .bindArray("triggers", String.class, each(held, HeldRow::json))
                .bindArray(
                        "traceParents",
                        String.class,
                        each(held, row -> row.trigger().traceParent()))
                .bindArray(
                        "topics",
                        String.class,
                        each(held, row -> row.trigger().origin().topic()))
                .bindArray(
                        "topicIds",
                        String.class,
                        each(held, row -> row.trigger().origin().topicId()))
                .execute();
    }

    private static <S extends SqlStatement<S>> S bind(S statement, List<HeldRow> rows) {
        HeldRows.bind(statement, rows.stream().map(HeldRow::trigger).toList());
        return statement
                .bindArray("sinces", String.class, each(rows, row -> time(row.since())))
                .bindArray("supersededBys", String.class, each(rows, HeldRow::supersededBy));
    }

    /** As Postgres reads it: years of more than four digits have no sign there. */
    private static String time(Instant instant) {
        String text = instant.toString();
        return text.startsWith("+") ? text.substring(1) : text;
    }

    private static <T> @Nullable Object[] each(List<T> all, Function<T, @Nullable Object> part) {
        return all.stream().map(part).toArray();
    }
}
