package dev.postroad.runtime.history.budgets;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.history.rows.JsonFields;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a key has spent of the budget of a graph, as its newest version says it.
 *
 * @param per for what time
 * @param since the first moment that counts
 * @param until when the next period begins; null for one that slides
 * @param mostTokens null for no limit
 * @param mostCost null for no limit
 * @param onExceeded what becomes of a call beyond it
 */
public record BudgetReport(
        String graph,
        String key,
        String per,
        Instant since,
        @Nullable Instant until,
        long tokens,
        @Nullable Long mostTokens,
        BigDecimal cost,
        @Nullable BigDecimal mostCost,
        String onExceeded) {
    /** Whether it is used up. */
    public boolean isExceeded() {
        return (mostTokens != null && tokens >= mostTokens) || (mostCost != null && cost.compareTo(mostCost) >= 0);
    }

    /** As JSON, without what is not limited. */
    public ObjectNode toJson() {
        ObjectNode json = JsonFields.object()
                .put("graph", graph)
                .put("key", key)
                .put("per", per)
                .put("since", since.toString());
        JsonFields.put(json, "until", until);
        ObjectNode ofTokens = json.putObject("tokens").put("used", tokens);
        if (mostTokens != null) {
            ofTokens.put("limit", mostTokens);
        }
        ObjectNode ofCost = json.putObject("cost");
        ofCost.set("used", Json.amount(cost));
        if (mostCost != null) {
            ofCost.set("limit", Json.amount(mostCost));
        }
        return json.put("onExceeded", onExceeded).put("exceeded", isExceeded());
    }
}
