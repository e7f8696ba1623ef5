package dev.postroad.engine.run;

import dev.postroad.contracts.agent.Usage;
import dev.postroad.engine.graph.BudgetRules;
import dev.postroad.engine.run.EventBody.BudgetExceeded;
import java.math.BigDecimal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Holds what was spent against a budget. */
public final class Overspending {
    private Overspending() {}

    /**
     * What leaves nothing for another call; null where there is something left.
     *
     * @param key whose budget it is; null where it is the run's own
     */
    public static @Nullable BudgetExceeded of(String graph, @Nullable String key, BudgetRules rules, Usage spent) {
        BigDecimal cost = Objects.requireNonNullElse(spent.cost(), BigDecimal.ZERO);
        if (rules.isOutOfTokens(spent.tokens())) {
            return exceeded(graph, key, rules, "tokens", BigDecimal.valueOf(spent.tokens()), tokens(rules));
        }
        return rules.isOutOfMoney(cost) ? exceeded(graph, key, rules, "cost", cost, rules.cost()) : null;
    }

    private static BigDecimal tokens(BudgetRules rules) {
        return BigDecimal.valueOf(Objects.requireNonNullElse(rules.tokens(), 0L));
    }

    private static BudgetExceeded exceeded(
            String graph,
            @Nullable String key,
            BudgetRules rules,
            String what,
            BigDecimal used,
            @Nullable BigDecimal limit) {
        return new BudgetExceeded(
                graph,
                key,
                rules.per() == null ? null : rules.per().text(),
                what,
                used,
                Objects.requireNonNullElse(limit, BigDecimal.ZERO),
                rules.onExceeded());
    }
}
