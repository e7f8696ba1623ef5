package dev.postroad.contracts.definition;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.Fields;
import java.math.BigDecimal;
import java.util.Objects;
import java.util.Set;

/** Reads a price. */
final class PriceReader {
    private static final Set<String> KNOWN = Set.of("price", "description", "inputTokens", "outputTokens", "per");
    private static final int MOST_TOKENS = 1_000_000_000;
    private static final BigDecimal HIGHEST = BigDecimal.valueOf(1_000_000_000);
    private static final int MOST_PLACES = 12;

    private PriceReader() {}

    static PriceDefinition read(Fields fields) {
        fields.onlyKnown(KNOWN);
        fields.text("description");
        String model = fields.text("price", Names.MODEL, Names.MODEL_RULE);
        if (!fields.has("inputTokens") && !fields.has("outputTokens")) {
            fields.fault("", "prices nothing", "say what inputTokens and outputTokens cost, such as inputTokens: 2.50");
        }
        Integer per = fields.whole("per", 1, MOST_TOKENS);
        return new PriceDefinition(
                model == null ? "" : model,
                amount(fields, "inputTokens"),
                amount(fields, "outputTokens"),
                Objects.requireNonNullElse(per, (int) PriceDefinition.DEFAULT_PER),
                fields.object());
    }

    private static BigDecimal amount(Fields fields, String field) {
        JsonNode given = fields.tree(field);
        if (given == null) {
            return BigDecimal.ZERO;
        }
        if (given.isNumber() && isSound(given.decimalValue())) {
            return given.decimalValue();
        }
        fields.fault(
                field,
                "is no number from 0 to " + HIGHEST + " with at most " + MOST_PLACES + " places",
                "write what it costs, such as 2.50");
        return BigDecimal.ZERO;
    }

    private static boolean isSound(BigDecimal amount) {
        return amount.signum() >= 0 && amount.compareTo(HIGHEST) <= 0 && amount.scale() <= MOST_PLACES;
    }
}
