package dev.postroad.runtime.budget;

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

/**
 * Lets the runs go on that paused for a budget which they share, once there is more: it was raised, or the next period came.
 * A run that is found again, because its lane has not come to it yet, is told the same, which changes nothing. Owns one thread.
 */
public final class BudgetWatch implements AutoCloseable {
    private static final long LOOK_EVERY_MILLIS = 1_000;
    private static final int MOST_AT_ONCE = 500;
    private static final int MOST_OF_A_KEY = 50;
    private static final String OLD = "DELETE FROM postroad.budgets WHERE slot < now() - interval '400 days'";
    private static final long LOOKS_A_TIDYING = 3_600;
    // In no order, so that those of one budget that is used up do not stand before all others for ever. By whose key a
    // run paused, only the event says that told of it: one that migrated came to the queue by another key, or by none.
    private static final String PAUSED = """
            SELECT r.run_id, r.shard, r.graph, r.status_seq, told.key
            FROM (SELECT id, run_id, shard, graph, status_seq FROM postroad.runs
                  WHERE status = 'paused' AND graph = ANY (?) AND error ->> 'type' = ? AND shard = ANY (?)
                    AND id NOT IN (SELECT run FROM postroad.unreadable_runs)
                  ORDER BY random() LIMIT ?) r
            CROSS JOIN LATERAL (SELECT data ->> 'key' AS key FROM postroad.journal
                  WHERE run = r.id AND seq <= r.status_seq AND type = 'budget.exceeded' ORDER BY seq DESC LIMIT 1) told
            WHERE told.key IS NOT NULL""";

    private final DataSource database;
    private final SharedBudgets budgets;
    private final Supplier<Set<String>> sharing;
    private final Supplier<Set<Integer>> owned;
    private final Unpausing unpausing;
    private final Rounds rounds;
    private long looks;

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
        Set<String> graphs = sharing.get();
        if (shards.isEmpty() || graphs.isEmpty()) {
            return;
        }
        tidyNowAndThen();
        Map<BudgetClaim, Integer> left = new HashMap<>();
        for (Paused run : paused(graphs, shards)) {
            Integer more = left.get(run.claim());
            if (more == null) {
                more = budgets.look(run.claim()) == null ? MOST_OF_A_KEY : 0;
            }
            if (more > 0) {
                unpausing.unpause(run.runId(), run.shard(), "budget:" + run.since());
            }
            left.put(run.claim(), Math.max(0, more - 1));
        }
    }

    private List<Paused> paused(Set<String> graphs, Set<Integer> shards) throws SQLException {
        List<Paused> paused = new ArrayList<>();
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(PAUSED)) {
            statement.setArray(1, connection.createArrayOf("text", graphs.toArray()));
            statement.setString(2, RunError.BUDGET);
            statement.setArray(3, connection.createArrayOf("int4", shards.toArray()));
            statement.setInt(4, MOST_AT_ONCE);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    paused.add(new Paused(
                            rows.getString("run_id"),
                            rows.getInt("shard"),
                            rows.getInt("status_seq"),
                            new BudgetClaim(rows.getString("graph"), rows.getString("key"))));
                }
            }
        }
        return paused;
    }

    private void tidyNowAndThen() throws SQLException {
        if (looks++ % LOOKS_A_TIDYING != 0) {
            return;
        }
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
