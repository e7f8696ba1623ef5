package dev.postroad.runtime.budget;

import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.engine.graph.BudgetRules;
import dev.postroad.engine.graph.RunRules;
import dev.postroad.engine.run.BudgetClaim;
import dev.postroad.engine.run.RunError;
import dev.postroad.runtime.background.Rounds;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Lets the runs go on that paused for a budget which they share, once there is more: it was raised, or the next period came.
 * A run that is found again, because its lane has not come to it yet, is told the same, which changes nothing. Owns one thread.
 */
public final class BudgetWatch implements AutoCloseable {
    private static final long LOOK_EVERY_MILLIS = 1_000;
    private static final int MOST_AT_ONCE = 500;
    private static final int MOST_OF_A_KEY = 50;

    /** Then it is Postgres, and not the budget. */
    private static final int MOST_FAILURES = 3;

    private static final String OLD = "DELETE FROM postroad.budgets WHERE slot < now() - interval '400 days'";
    private static final long LOOKS_A_TIDYING = 3_600;

    /** Where no graph has such a budget, a trigger may have set one to its run. */
    private static final int LOOKS_FOR_TRIGGERS = 10;

    // In no order, so that those of one budget that is used up do not stand before all others for ever. By whose key a
    // run paused, only the event says that told of it: one that migrated came to the queue by another key, or by none.
    private static final String PAUSED = """
            SELECT r.run_id, r.shard, r.graph, r.status_seq, told.key, asked.terms
            FROM (SELECT id, run_id, shard, graph, status_seq FROM postroad.runs
                  WHERE status = 'paused' AND error ->> 'type' = ? AND shard = ANY (?)
                    AND id NOT IN (SELECT run FROM postroad.unreadable_runs)
                  ORDER BY random() LIMIT ?) r
            CROSS JOIN LATERAL (SELECT data ->> 'key' AS key FROM postroad.journal
                  WHERE run = r.id AND seq <= r.status_seq AND type = 'budget.exceeded' ORDER BY seq DESC LIMIT 1) told
            LEFT JOIN LATERAL (SELECT data -> 'terms' AS terms FROM postroad.journal
                  WHERE run = r.id AND type = 'run.queued' ORDER BY seq LIMIT 1) asked ON true
            WHERE told.key IS NOT NULL""";

    private final DataSource database;
    private final SharedBudgets budgets;
    private final Supplier<Set<String>> sharing;
    private final Supplier<Set<Integer>> owned;
    private final Unpausing unpausing;
    private final Rounds rounds;
    private long looks;
    private long nextTidying;

    /** Lets a run go on. Must not block. */
    @FunctionalInterface
    public interface Unpausing {
        /**
         * Lets it go on.
         *
         * @param commandId the same for the same pause
         */
        void unpause(String runId, int shard, String commandId);
    }

    /**
     * @param sharing the names of the graphs that have a version with such a budget
     * @param owned the shards whose runs are stepped here
     */
    public BudgetWatch(
            DataSource database,
            SharedBudgets budgets,
            Supplier<Set<String>> sharing,
            Supplier<Set<Integer>> owned,
            Unpausing unpausing,
            InstantSource clock) {
        this.database = database;
        this.budgets = budgets;
        this.sharing = sharing;
        this.owned = owned;
        this.unpausing = unpausing;
        this.rounds =
                new Rounds("postroad-budgets", "runs that paused for a budget", LOOK_EVERY_MILLIS, clock, this::look);
    }

    /** Starts looking. */
    public void start() {
        rounds.start();
    }

    private record Paused(String runId, int shard, int since, BudgetClaim claim) {}

    private void look() throws SQLException {
        Set<Integer> shards = owned.get();
        looks++;
        boolean isTurnOfTriggers = looks % LOOKS_FOR_TRIGGERS == 0;
        if (shards.isEmpty() || (sharing.get().isEmpty() && !isTurnOfTriggers)) {
            return;
        }
        tidyNowAndThen();
        Map<BudgetClaim, Integer> left = new HashMap<>();
        List<SQLException> failures = new ArrayList<>();
        for (Paused run : paused(shards)) {
            if (!left.containsKey(run.claim())) {
                left.put(run.claim(), mayGoOn(run.claim(), failures));
            }
            int more = left.get(run.claim());
            if (more > 0) {
                unpausing.unpause(run.runId(), run.shard(), "budget:" + run.since());
                left.put(run.claim(), more - 1);
            }
        }
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }

    /** How many runs may. A budget that cannot be looked at keeps its own, and nobody else's. */
    private int mayGoOn(BudgetClaim claim, List<SQLException> failures) throws SQLException {
        try {
            return budgets.look(claim) == null ? MOST_OF_A_KEY : 0;
        } catch (SQLException | RuntimeException failed) {
            SQLException told =
                    new SQLException("budget of graph " + claim.graph() + ": " + failed.getMessage(), failed);
            failures.add(told);
            if (failures.size() == MOST_FAILURES) {
                throw told;
            }
            return 0;
        }
    }

    private List<Paused> paused(Set<Integer> shards) throws SQLException {
        List<Paused> paused = new ArrayList<>();
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(PAUSED)) {
            statement.setString(1, RunError.BUDGET);
            statement.setArray(2, connection.createArrayOf("int4", shards.toArray()));
            statement.setInt(3, MOST_AT_ONCE);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    paused.add(new Paused(
                            rows.getString("run_id"),
                            rows.getInt("shard"),
                            rows.getInt("status_seq"),
                            new BudgetClaim(
                                    rows.getString("graph"), rows.getString("key"), own(rows.getString("terms")))));
                }
            }
        }
        return paused;
    }

    /** What its trigger gave the run to spend; null where its graph says, or where this release cannot read it. */
    private static @Nullable BudgetRules own(@Nullable String terms) {
        try {
            return terms == null ? null : RunRules.read(Json.read(terms)).budget();
        } catch (FaultsException ofAnotherRelease) {
            return null;
        }
    }

    private void tidyNowAndThen() throws SQLException {
        if (looks < nextTidying) {
            return;
        }
        nextTidying = looks + LOOKS_A_TIDYING;
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(OLD)) {
            statement.executeUpdate();
        }
    }

    @Override
    public void close() {
        rounds.close();
    }
}
