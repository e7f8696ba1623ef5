package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/** The operators {@code + - * / %} and the minus before a value. */
final class Arithmetic {
    private Arithmetic() {}

    /** An operation on longs that throws where 64 bits do not hold the result. */
    private interface OfLongs {
        long apply(long a, long b);
    }

    static JsonNode add(Budget budget, JsonNode a, JsonNode b) {
        budget.step();
        if (a.isNumber() && b.isNumber()) {
            return reckoned(budget, a, b, Math::addExact, BigDecimal::add);
        }
        if (a instanceof TextNode first && b instanceof TextNode second) {
            budget.build((long) first.textValue().length() + second.textValue().length());
            return Values.of(first.textValue() + second.textValue());
        }
        if (a instanceof ArrayNode first && b instanceof ArrayNode second) {
            budget.buildList((long) first.size() + second.size());
            return Values.NODES
                    .arrayNode(first.size() + second.size())
                    .addAll(first)
                    .addAll(second);
        }
        if (a instanceof BinaryNode first && b instanceof BinaryNode second) {
            return joined(budget, first.binaryValue(), second.binaryValue());
        }
        return orRefused(Times.sum(a, b), "+ takes two numbers, texts, lists or durations", a, b);
    }

    private static JsonNode joined(Budget budget, byte[] first, byte[] second) {
        budget.build((long) first.length + second.length);
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return Values.of(both);
    }

    static JsonNode subtract(Budget budget, JsonNode a, JsonNode b) {
        budget.step();
        return a.isNumber() && b.isNumber()
                ? reckoned(budget, a, b, Math::subtractExact, BigDecimal::subtract)
                : orRefused(Times.difference(a, b), "- takes two numbers, times or durations", a, b);
    }

    static JsonNode multiply(Budget budget, JsonNode a, JsonNode b) {
        budget.step();
        numbers("*", a, b);
        return reckoned(budget, a, b, Math::multiplyExact, BigDecimal::multiply);
    }

    static JsonNode divide(Budget budget, JsonNode a, JsonNode b) {
        budget.step();
        numbers("/", a, b);
        boolean fits = Numbers.isLong(a) && Numbers.isLong(b) && b.longValue() != 0 && b.longValue() != -1;
        return fits ? Numbers.whole(a.longValue() / b.longValue()) : Numbers.quotient(budget, a, b);
    }

    static JsonNode remainder(Budget budget, JsonNode a, JsonNode b) {
        budget.step();
        numbers("%", a, b);
        boolean fits = Numbers.isLong(a) && Numbers.isLong(b) && b.longValue() != 0;
        return fits ? Numbers.whole(a.longValue() % b.longValue()) : Numbers.remainder(budget, a, b);
    }

    static JsonNode negate(Budget budget, JsonNode a) {
        budget.step();
        if (Numbers.isLong(a) && a.longValue() != Long.MIN_VALUE) {
            return Numbers.whole(-a.longValue());
        }
        if (!a.isNumber()) {
            throw new Failure("- takes a number, but got " + Values.describe(a));
        }
        return Numbers.result(Numbers.exact(budget, a).negate(), a, a);
    }

    private static JsonNode reckoned(
            Budget budget, JsonNode a, JsonNode b, OfLongs ofLongs, BinaryOperator<BigDecimal> exact) {
        if (Numbers.isLong(a) && Numbers.isLong(b)) {
            try {
                return Numbers.whole(ofLongs.apply(a.longValue(), b.longValue()));
            } catch (ArithmeticException beyond64Bits) {
                // Goes on exactly.
            }
        }
        return Numbers.result(exact.apply(Numbers.exact(budget, a), Numbers.exact(budget, b)), a, b);
    }

    private static void numbers(String operator, JsonNode a, JsonNode b) {
        if (!a.isNumber() || !b.isNumber()) {
            orRefused(null, operator + " takes two numbers", a, b);
        }
    }

    private static JsonNode orRefused(@Nullable JsonNode value, String rule, JsonNode a, JsonNode b) {
        if (value == null) {
            throw new Failure(rule + ", but got " + Values.describe(a) + " and " + Values.describe(b));
        }
        return value;
    }
}
