package dev.postroad.engine.run;

import dev.postroad.contracts.definition.BudgetPeriod;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.KeyExpression;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which budget a run spends from that it shares with others.
 *
 * @param graph the run's own graph, whose newest version says how much there is
 * @param key the run's
 */
public record BudgetClaim(String graph, String key) {
    /** Of a run; null where it shares none. */
    public static @Nullable BudgetClaim of(Run run) {
        if (run.graph().budgetPeriod() == null) {
            return null;
        }
        QueuePlace place = run.admission().place();
        String key = place == null ? null : place.budget();
        return new BudgetClaim(run.graph().name(), key == null ? KeyExpression.NO_KEY : key);
    }

    /** The slot of time in which something is spent by a version of the graph. */
    public static Instant slot(Graph graph, Instant at) {
        BudgetPeriod per = graph.budgetPeriod();
        return per == null ? at : per.slot(at);
    }
}
