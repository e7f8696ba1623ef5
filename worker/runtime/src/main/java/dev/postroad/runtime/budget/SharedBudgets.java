package dev.postroad.runtime.budget;

import dev.postroad.contracts.agent.Usage;
import dev.postroad.engine.graph.BudgetRules;
import dev.postroad.engine.run.BudgetClaim;
import dev.postroad.engine.run.EventBody.BudgetExceeded;
import dev.postroad.engine.run.Overspending;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds calls against the budgets that runs share. What was spent is read for each call, for the last one may have used up
 * the rest; a call of a model takes thousands of times as long. How much there is, the newest version of the graph says, or the trigger of the run. Thread-safe.
 */
public final class SharedBudgets {
    private static final Logger LOG = LoggerFactory.getLogger(SharedBudgets.class);
    private static final int MOST_AT_ONCE = 4;
    private static final long PAUSE_MILLIS = 500;
    private static final String SPENT = """
            SELECT coalesce(sum(tokens), 0), coalesce(sum(cost), 0) FROM postroad.budgets
            WHERE graph = ? AND key = ? AND slot >= ?""";

    private final DataSource database;
    private final Function<String, @Nullable BudgetRules> rules;
    private final InstantSource clock;
    private final Semaphore reading = new Semaphore(MOST_AT_ONCE, true);
    // Told once, and not by each of the thousands of calls that wait.
    private final AtomicBoolean isAway = new AtomicBoolean();

    /** @param rules of the newest version of a graph; null where it has no budget */
    public SharedBudgets(DataSource database, Function<String, @Nullable BudgetRules> rules, InstantSource clock) {
        this.database = database;
        this.rules = rules;
        this.clock = clock;
    }

    /**
     * What leaves nothing for a call; null where there is something left. Waits for Postgres, however long it is away.
     *
     * @throws InterruptedException where the call was stopped meanwhile
     */
    public @Nullable BudgetExceeded exceeded(BudgetClaim claim) throws InterruptedException {
        while (true) {
            try {
                reading.acquire();
                try {
                    BudgetExceeded exceeded = look(claim);
                    isAway.set(false);
                    return exceeded;
                } finally {
                    reading.release();
                }
            } catch (SQLException away) {
                if (!isAway.getAndSet(true)) {
                    LOG.warn(
                            "what was spent of budgets cannot be read; calls wait until it can: {}", away.getMessage());
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        }
    }

    /** The same, tried once. */
    @Nullable
    BudgetExceeded look(BudgetClaim claim) throws SQLException {
        BudgetRules now = claim.own() == null ? rules.apply(claim.graph()) : claim.own();
        if (now == null || now.per() == null) {
            return null;
        }
        return Overspending.of(
                claim.graph(), claim.key(), now, spent(claim, now.per().since(clock.instant())));
    }

    private Usage spent(BudgetClaim claim, Instant since) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(SPENT)) {
            statement.setString(1, claim.graph());
            statement.setString(2, claim.key());
            statement.setObject(3, since.atOffset(ZoneOffset.UTC));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Usage(row.getLong(1), 0, null, row.getBigDecimal(2), null);
            }
        }
    }
}
