package dev.postroad.bench.chaos;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What is left of what all workers share.
 *
 * @param paid the calls of tenants that were answered
 * @param firings what became of the times of schedules
 * @param spending what tenants spent, as it is kept in several places
 */
record Shared(List<Agents.Paid> paid, List<Firing> firings, List<Spending> spending) {
    private static final String FIRINGS = """
            SELECT schedule, type, (data ->> 'time')::timestamptz AS time, (data ->> 'until')::timestamptz AS until,
                   data ->> 'runId' AS run_id
            FROM postroad.agent_events
            WHERE type IN ('schedule.fired', 'schedule.skipped', 'schedule.missed')""";

    private static final String SPENDING = """
            WITH said AS (
                SELECT r.id, r.input ->> 'n' AS tenant, j.type, (j.data #>> '{usage,inputTokens}')::bigint AS tokens,
                       (j.data #>> '{usage,cost}')::numeric AS cost
                FROM postroad.runs r JOIN postroad.journal j ON j.run = r.id AND j.task IS NOT NULL
                WHERE r.graph = :graph),
            tenants AS (
                SELECT tenant, count(*) FILTER (WHERE type = 'node.completed') AS completed,
                       coalesce(sum(tokens) FILTER (WHERE type = 'node.completed'), 0) AS completed_tokens,
                       coalesce(sum(tokens), 0) AS tokens, coalesce(sum(cost), 0) AS cost
                FROM said GROUP BY tenant)
            SELECT t.*,
                   (SELECT coalesce(sum(b.tokens), 0) FROM postroad.budgets b
                    WHERE b.graph = :graph AND b.key = t.tenant) AS budget_tokens,
                   (SELECT coalesce(sum(b.cost), 0) FROM postroad.budgets b
                    WHERE b.graph = :graph AND b.key = t.tenant) AS budget_cost,
                   (SELECT coalesce(sum(r.tokens), 0) FROM postroad.runs r
                    WHERE r.graph = :graph AND r.input ->> 'n' = t.tenant) AS run_tokens,
                   (SELECT coalesce(sum(r.cost), 0) FROM postroad.runs r
                    WHERE r.graph = :graph AND r.input ->> 'n' = t.tenant) AS run_cost
            FROM tenants t""";

    /** Nothing was shared. */
    static final Shared NOTHING = new Shared(List.of(), List.of(), List.of());

    Shared {
        paid = List.copyOf(paid);
        firings = List.copyOf(firings);
        spending = List.copyOf(spending);
    }

    /**
     * What became of a time of a schedule.
     *
     * @param until the last of the times that this is told of; null where it is told of one
     * @param run the one of that time; null where there is to be none
     */
    record Firing(
            String schedule,
            String type,
            Instant time,
            @Nullable Instant until,
            @Nullable String run) {}

    /**
     * What a tenant spent.
     *
     * @param completed how many calls its journals say were completed
     * @param ofCompleted what those used by its journals
     * @param journals what all its calls used by its journals
     */
    record Spending(String tenant, long completed, long ofCompleted, Amount journals, Amount budget, Amount runs) {}

    /** What calls used. */
    record Amount(long tokens, BigDecimal cost) {
        boolean isLike(Amount other) {
            return tokens == other.tokens && cost.compareTo(other.cost) == 0;
        }
    }

    static Shared read(Handle handle, List<Agents.Paid> paid) {
        return new Shared(
                paid,
                handle.createQuery(FIRINGS)
                        .map((row, context) -> new Firing(
                                row.getString("schedule"),
                                row.getString("type"),
                                row.getTimestamp("time").toInstant(),
                                row.getTimestamp("until") == null
                                        ? null
                                        : row.getTimestamp("until").toInstant(),
                                row.getString("run_id")))
                        .list(),
                handle.createQuery(SPENDING)
                        .bind("graph", ChaosGraph.TENANTS.graph())
                        .map((row, context) -> new Spending(
                                row.getString("tenant"),
                                row.getLong("completed"),
                                row.getLong("completed_tokens"),
                                new Amount(row.getLong("tokens"), row.getBigDecimal("cost")),
                                new Amount(row.getLong("budget_tokens"), row.getBigDecimal("budget_cost")),
                                new Amount(row.getLong("run_tokens"), row.getBigDecimal("run_cost"))))
                        .list());
    }
}
