package dev.postroad.engine.graph;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.definition.BudgetPeriod;
import dev.postroad.contracts.definition.OnExceeded;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What the agents of runs of a version of a graph may spend. Immutable and thread-safe.
 *
 * @param key null for all runs together
 * @param tokens null for no limit
 * @param cost null for no limit
 * @param per null where each run has the budget for itself
 */
public record BudgetRules(
        @Nullable KeyExpression key,
        @Nullable Long tokens,
        @Nullable BigDecimal cost,
        @Nullable BudgetPeriod per,
        OnExceeded onExceeded) {
    /** Which of the budgets that runs share a run spends from; the empty key for one of all together. */
    public String keyOf(JsonNode input, JsonNode run) {
        return KeyExpression.keyOf(key, input, run);
    }

    /** Whether so many tokens leave none for another call. */
    public boolean isOutOfTokens(long spent) {
        return tokens != null && spent >= tokens;
    }

    /** Whether so high a cost leaves nothing for another call. */
    public boolean isOutOfMoney(BigDecimal spent) {
        return cost != null && spent.compareTo(cost) >= 0;
    }
}
