package dev.postroad.runtime.history.budgets;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.definition.BudgetPeriod;
import dev.postroad.contracts.definition.OnExceeded;
import dev.postroad.engine.graph.BudgetRules;
import dev.postroad.runtime.history.rows.Rows;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Lists what was spent of the budgets that runs share, in the periods that count now; not of those that triggers brought, of
 * which only the journals of their runs say how much there is. Thread-safe.
 */
public final class BudgetListing {
    /** The most keys of a graph, those that spent the most. */
    public static final int MOST_KEYS = 1_000;

    private static final String GRAPHS = """
            SELECT name, definition -> 'budget' AS budget, statement_timestamp() AS now
            FROM (SELECT DISTINCT ON (name) name, definition FROM postroad.graphs ORDER BY name, version DESC) AS newest
            WHERE definition -> 'budget' ->> 'per' IS NOT NULL ORDER BY name""";
    private static final String SPENT = """
            SELECT key, sum(tokens) AS tokens, sum(cost) AS cost FROM postroad.budgets
            WHERE graph = :graph AND slot >= :since AND strpos(key, :ofTriggers) = 0
            GROUP BY key ORDER BY 3 DESC, 2 DESC, 1 LIMIT :most""";

    private final Jdbi postgres;

    public BudgetListing(Jdbi postgres) {
        this.postgres = postgres;
    }

    private record Budgeted(String graph, JsonNode budget, Instant now) {
        BudgetPeriod per() {
            return new BudgetPeriod(budget.path("per").asText());
        }
    }

    /** All, by graph, those that spent the most first. */
    public List<BudgetReport> all() {
        return postgres.withHandle(handle -> {
            List<BudgetReport> all = new ArrayList<>();
            for (Budgeted graph : handle.createQuery(GRAPHS)
                    .map((row, context) -> new Budgeted(
                            row.getString("name"), Rows.requiredJson(row, "budget"), Rows.requiredTime(row, "now")))
                    .list()) {
                all.addAll(of(handle, graph));
            }
            return all;
        });
    }

    private static List<BudgetReport> of(Handle handle, Budgeted graph) {
        Instant since = graph.per().since(graph.now());
        return handle.createQuery(SPENT)
                .bind("graph", graph.graph())
                .bind("since", since.atOffset(ZoneOffset.UTC))
                .bind("ofTriggers", BudgetRules.OF_TRIGGERS)
                .bind("most", MOST_KEYS)
                .map((row, context) -> new BudgetReport(
                        graph.graph(),
                        row.getString("key"),
                        graph.per().text(),
                        since,
                        graph.per().next(graph.now()),
                        row.getLong("tokens"),
                        tokens(graph.budget()),
                        row.getBigDecimal("cost"),
                        cost(graph.budget()),
                        graph.budget().path("onExceeded").asText(OnExceeded.PAUSE.publicName())))
                .list();
    }

    private static @Nullable Long tokens(JsonNode budget) {
        return budget.hasNonNull("tokens") ? budget.get("tokens").longValue() : null;
    }

    private static @Nullable BigDecimal cost(JsonNode budget) {
        return budget.hasNonNull("cost") ? budget.get("cost").decimalValue() : null;
    }
}
