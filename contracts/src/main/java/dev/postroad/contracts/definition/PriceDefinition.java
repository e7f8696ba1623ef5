package dev.postroad.contracts.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.Usage;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * What tokens of a model cost, in whatever currency budgets are in. Immutable.
 *
 * @param name the model, as its answers name it; without a date at its end, those of each date
 * @param inputTokens what {@code per} tokens cost that are read, 0 or more
 * @param outputTokens what {@code per} tokens cost that are written, 0 or more
 * @param per for how many tokens these are, 1 or more
 */
public record PriceDefinition(String name, BigDecimal inputTokens, BigDecimal outputTokens, long per, ObjectNode source)
        implements Definition {
    /** For how many tokens prices are, where nobody says. */
    public static final long DEFAULT_PER = 1_000_000;

    private static final int PLACES = 12;

    /** What a call costs that used so much, to {@value #PLACES} places. */
    public BigDecimal cost(Usage usage) {
        BigDecimal sum = inputTokens
                .multiply(BigDecimal.valueOf(usage.inputTokens()))
                .add(outputTokens.multiply(BigDecimal.valueOf(usage.outputTokens())));
        BigDecimal cost = sum.divide(BigDecimal.valueOf(per), PLACES, RoundingMode.HALF_UP);
        return cost.signum() == 0 ? BigDecimal.ZERO : cost.stripTrailingZeros();
    }

    @Override
    public String registryKey() {
        return "price/" + name;
    }
}
