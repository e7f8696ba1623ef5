package dev.postroad.engine.run;

import dev.postroad.contracts.definition.BudgetPeriod;
import dev.postroad.engine.graph.BudgetRules;
import dev.postroad.engine.graph.KeyExpression;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which budget a run spends from that it shares with others.
 *
 * @param graph the run's own graph, whose newest version says how much there is for those that have none of their own
 * @param key the run's
 * @param own how much there is, where the run's trigger said so; null for what the graph says
 */
public record BudgetClaim(
        String graph, String key, @Nullable BudgetRules own) {
    /** Of a run; null where it shares none. */
    public static @Nullable BudgetClaim of(Run run) {
        BudgetRules rules = run.budget();
        if (rules == null || rules.per() == null) {
            return null;
        }
        QueuePlace place = run.admission().place();
        String key = place == null ? null : place.budget();
        return new BudgetClaim(
                run.graph().name(),
                key == null ? KeyExpression.NO_KEY : key,
                run.admission().rules().budget());
    }

    /** The slot of time in which a run spends something. */
    public static Instant slot(Run run, Instant at) {
        BudgetRules rules = run.budget();
        BudgetPeriod per = rules == null ? null : rules.per();
        return per == null ? at : per.slot(at);
    }
}
