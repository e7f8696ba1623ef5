package dev.postroad.engine.graph;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.definition.BudgetPeriod;
import dev.postroad.contracts.definition.OnExceeded;
import java.math.BigDecimal;
import java.util.Objects;
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
    /** Stands in the keys of budgets that triggers brought, and in no other. */
    public static final String OF_TRIGGERS = " (of triggers: ";

    /**
     * Which of the budgets that runs share a run spends from; the empty key for one of all together. A budget that the run's
     * trigger brought has a key of its own where it counts otherwise than its graph's, so that neither spends from the other.
     *
     * @param ofGraph the budget of the run's graph; null where it has none
     */
    public String keyOf(@Nullable BudgetRules ofGraph, JsonNode input, JsonNode run) {
        String value = KeyExpression.keyOf(key, input, run).replace(OF_TRIGGERS, " (of triggers ");
        if (ofGraph != null && Objects.equals(key, ofGraph.key) && Objects.equals(per, ofGraph.per)) {
            return value;
        }
        return value + OF_TRIGGERS + (key == null ? "" : "by " + key.name() + ", ") + "for " + per + ")";
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
