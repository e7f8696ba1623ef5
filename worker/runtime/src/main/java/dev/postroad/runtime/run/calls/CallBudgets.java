package dev.postroad.runtime.run.calls;

import dev.postroad.engine.run.BudgetClaim;
import dev.postroad.engine.run.EventBody.BudgetExceeded;
import org.jspecify.annotations.Nullable;

/** Holds calls against the budgets that their runs share with others. Thread-safe. */
@FunctionalInterface
public interface CallBudgets {
    /**
     * What leaves nothing for a call; null where there is something left. May wait for Postgres.
     *
     * @throws InterruptedException where the call was stopped meanwhile
     */
    @Nullable
    BudgetExceeded exceeded(BudgetClaim claim) throws InterruptedException;
}
