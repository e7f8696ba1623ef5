package dev.postroad.contracts.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fields;
import java.math.BigDecimal;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the agents of runs may spend, with those of the graphs inside: each run for itself, or all runs of a key within a
 * period. Immutable.
 *
 * @param key CEL over {@code input} and {@code run}, as in {@link QueueSettings}; null for all runs together
 * @param tokens the most tokens, in and out; null for no limit
 * @param cost the most that it may cost, in whatever currency agents and prices say; null for no limit
 * @param per the period; null where each run has the budget for itself
 * @param onExceeded what becomes of a call that would begin beyond it
 */
public record BudgetSettings(
        @Nullable String key,
        @Nullable Long tokens,
        @Nullable BigDecimal cost,
        @Nullable BudgetPeriod per,
        OnExceeded onExceeded) {
    private static final Set<String> KNOWN = Set.of("key", "tokens", "cost", "per", "onExceeded");
    private static final Pattern CHOICES = Pattern.compile("warn|pause|fail");

    /** Reads them; null where there are none, the faults go to the fields. */
    public static @Nullable BudgetSettings read(@Nullable Fields fields) {
        if (fields == null) {
            return null;
        }
        fields.onlyKnown(KNOWN);
        String key = fields.has("key") ? fields.requiredText("key", "write an expression such as input.tenant") : null;
        if (key != null && !fields.has("per")) {
            fields.fault("per", "is missing beside key", "say for what time, such as P1D or P1M");
        }
        if (!fields.has("tokens") && !fields.has("cost")) {
            fields.fault("", "limits nothing", "say how many tokens, or what cost, such as cost: 20.00");
        }
        String onExceeded = fields.text("onExceeded", CHOICES, "warn, pause or fail");
        return new BudgetSettings(
                key,
                tokens(fields),
                cost(fields),
                BudgetPeriod.read(fields, "per"),
                onExceeded == null ? OnExceeded.PAUSE : OnExceeded.of(onExceeded));
    }

    /** Puts them into an object. */
    public void put(ObjectNode json) {
        if (key != null) {
            json.put("key", key);
        }
        if (tokens != null) {
            json.put("tokens", tokens);
        }
        if (cost != null) {
            json.put("cost", cost);
        }
        if (per != null) {
            json.put("per", per.text());
        }
        json.put("onExceeded", onExceeded.publicName());
    }

    private static @Nullable Long tokens(Fields fields) {
        JsonNode given = fields.tree("tokens");
        if (given == null) {
            return null;
        }
        if (given.canConvertToExactIntegral() && given.canConvertToLong() && given.longValue() > 0) {
            return given.longValue();
        }
        fields.fault("tokens", "is no whole number above 0", "write a number such as 5000000");
        return null;
    }

    private static @Nullable BigDecimal cost(Fields fields) {
        JsonNode given = fields.tree("cost");
        if (given == null) {
            return null;
        }
        if (given.isNumber() && given.decimalValue().signum() > 0) {
            return given.decimalValue();
        }
        fields.fault("cost", "is no number above 0", "write a number such as 20.00");
        return null;
    }
}
