package dev.postroad.contracts.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Json;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What an agent consumed in one attempt.
 *
 * @param inputTokens tokens read, 0 or more
 * @param outputTokens tokens written, 0 or more
 * @param model the model that answered; null where none did, or nobody said
 * @param cost in the currency of whoever is paid, 0 or more; null where nobody said
 * @param finishReason why the model ended, in its provider's word, such as {@code stop} or {@code length}; null where
 *     nobody said
 */
public record Usage(
        long inputTokens,
        long outputTokens,
        @Nullable String model,
        @Nullable BigDecimal cost,
        @Nullable String finishReason) {
    /** Nothing consumed, or not known. */
    public static final Usage NONE = new Usage(0, 0);

    public Usage {
        if (inputTokens < 0 || outputTokens < 0) {
            throw new IllegalArgumentException("token counts must be 0 or more: " + inputTokens + ", " + outputTokens);
        }
        if (cost != null && cost.signum() < 0) {
            throw new IllegalArgumentException("the cost must be 0 or more: " + cost);
        }
    }

    /** Tokens alone. */
    public Usage(long inputTokens, long outputTokens) {
        this(inputTokens, outputTokens, null, null, null);
    }

    /** What {@link #putInto} wrote, or another release, which may know less or more. */
    public static Usage of(JsonNode written) {
        JsonNode cost = written.path("cost");
        return new Usage(
                written.path("inputTokens").asLong(),
                written.path("outputTokens").asLong(),
                written.path("model").textValue(),
                cost.isNumber() ? cost.decimalValue() : null,
                written.path("finishReason").textValue());
    }

    /** Writes it as fields of an object; leaves out what nobody said. */
    public void putInto(ObjectNode object) {
        object.put("inputTokens", inputTokens).put("outputTokens", outputTokens);
        if (model != null) {
            object.put("model", model);
        }
        if (cost != null) {
            object.set("cost", Json.decimal(cost));
        }
        if (finishReason != null) {
            object.put("finishReason", finishReason);
        }
    }

    /** The same, with what was consumed before. */
    public Usage with(Usage before) {
        BigDecimal sum =
                cost == null || before.cost == null ? (cost == null ? before.cost : cost) : cost.add(before.cost);
        return new Usage(
                inputTokens + before.inputTokens, outputTokens + before.outputTokens, model, sum, finishReason);
    }

    /** All tokens. */
    public long tokens() {
        return inputTokens + outputTokens;
    }

    /** This and other consumption together, whoever it is of. */
    public Usage plus(Usage other) {
        return new Usage(
                inputTokens + other.inputTokens, outputTokens + other.outputTokens, null, sum(cost, other.cost), null);
    }

    /** What was consumed since a part of it was, whoever it is of. */
    public Usage minus(Usage part) {
        BigDecimal before = part.cost == null ? null : part.cost.negate();
        return new Usage(
                inputTokens - part.inputTokens, outputTokens - part.outputTokens, null, sum(cost, before), null);
    }

    /** In one form, however the parts were written. */
    private static @Nullable BigDecimal sum(@Nullable BigDecimal one, @Nullable BigDecimal other) {
        BigDecimal sum = one == null ? other : other == null ? one : one.add(other);
        return sum == null ? null : sum.stripTrailingZeros();
    }
}
