package dev.postroad.runtime.debounce;

import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.engine.run.Origin;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.function.Function;
import org.jdbi.v3.core.statement.SqlStatement;

/** How a trigger that is held stands in Postgres: one row for each record. */
final class HeldRows {
    /** Whether a row of {@code d} and one of {@code m} are of one record. */
    static final String SAME = """
            d.target = m.target AND d.key = m.key AND d.run_id = m.run_id AND d.partition = m.partition
              AND d."offset" = m."offset\"""";

    /** The order in which whoever wants several rows has them locked, so that no two wait for each other. */
    static final String ORDER = "d.target, d.key, d.run_id, d.partition, d.\"offset\"";

    /** Picks the rows of those that are bound by {@link #bind}, of a table that is called {@code d}, and locks them. */
    static final String MANY = """
            (SELECT %s
             FROM unnest(:targets::text[], :keys::text[], :runIds::text[], :partitions::int[], :offsets::bigint[])
                 AS m (target, key, run_id, partition, "offset")
             JOIN postroad.debounced_triggers d ON %s
             ORDER BY %s FOR UPDATE OF d) AS m
            WHERE\s""".formatted(ORDER, SAME, ORDER) + SAME;

    private HeldRows() {}

    static <S extends SqlStatement<S>> S bind(S statement, List<HeldTrigger> triggers) {
        return statement
                .bindArray("targets", String.class, column(triggers, HeldTrigger::target))
                .bindArray("keys", String.class, column(triggers, HeldTrigger::key))
                .bindArray("runIds", String.class, column(triggers, HeldTrigger::runId))
                .bindArray(
                        "partitions",
                        Integer.class,
                        column(triggers, each -> each.origin().partition()))
                .bindArray(
                        "offsets",
                        Long.class,
                        column(triggers, each -> each.origin().offset()));
    }

    private static <T> List<T> column(List<HeldTrigger> triggers, Function<HeldTrigger, T> column) {
        return triggers.stream().map(column).toList();
    }

    static HeldTrigger trigger(ResultSet row) throws SQLException {
        return new HeldTrigger(
                row.getString("target"),
                row.getString("key"),
                row.getString("run_id"),
                row.getObject("written_at", OffsetDateTime.class).toInstant(),
                Duration.ofMillis(row.getLong("within_millis")),
                read(row.getString("trigger")),
                row.getString("traceparent"),
                new Origin(
                        row.getString("topic"),
                        row.getString("topic_id"),
                        row.getInt("partition"),
                        row.getLong("offset")));
    }

    private static Trigger read(String stored) {
        try {
            return Trigger.read(Json.read(stored));
        } catch (FaultsException corrupt) {
            throw new IllegalStateException("a trigger that is held cannot be read any more", corrupt);
        }
    }
}
