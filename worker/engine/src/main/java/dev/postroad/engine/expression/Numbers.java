package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.NumericNode;
import dev.postroad.contracts.json.Json;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The one kind of number that JSON has: compared and reckoned with by what it is worth, in exact decimal arithmetic,
 * however it is written (7, 7.0, 0.7e1).
 *
 * <p>How it is written matters in two places. {@code /} and {@code %} of two numbers that are both written without a point
 * and without an exponent drop the remainder, as in CEL; and what is reckoned from numbers that are all written with a
 * point is written with one (1.5 * 2.0 is 3.0). Elsewhere a whole result is written as one (1.5 * 2 is 3).
 *
 * <p>Exact but for one case: a quotient that does not come out even within {@value #DIGITS_OF_QUOTIENTS} digits is rounded
 * to the nearest double. A result of more than about {@value #MAX_DIGITS} digits is refused.
 */
public final class Numbers {
    static final int MAX_DIGITS = 1_000;

    private static final int MAX_BITS = 3_330;
    private static final int DIGITS_OF_QUOTIENTS = 34;
    private static final MathContext OF_QUOTIENTS = new MathContext(DIGITS_OF_QUOTIENTS, RoundingMode.HALF_EVEN);
    private static final long EXACT_AS_DOUBLE = 1L << 53;

    private Numbers() {}

    static NumericNode whole(long value) {
        return Json.whole(value);
    }

    static NumericNode whole(BigInteger value) {
        return value.bitLength() < Long.SIZE ? Json.whole(value.longValue()) : BigIntegerNode.valueOf(value);
    }

    /**
     * The exact sum, written with a point where one of the two is.
     *
     * @throws ExpressionException where it has too many digits, or is beyond what readers of JSON can hold
     */
    public static JsonNode sum(JsonNode a, JsonNode b) throws ExpressionException {
        try {
            BigDecimal sum = bounded(bounded(exact(a)).add(bounded(exact(b))));
            boolean isWhole = isWrittenWhole(a) && isWrittenWhole(b);
            return Results.finite(isWhole ? whole(sum.toBigIntegerExact()) : decimal(sum));
        } catch (Failure beyond) {
            throw new ExpressionException(beyond.reason());
        }
    }

    /** A number that is written with a point. */
    static NumericNode decimal(BigDecimal value) {
        return Json.decimal(value);
    }

    static boolean isLong(JsonNode number) {
        return number.isInt() || number.isLong();
    }

    static boolean isWrittenWhole(JsonNode number) {
        return number.isIntegralNumber();
    }

    /** What a number is worth. */
    static BigDecimal exact(JsonNode number) {
        if (isLong(number)) {
            return BigDecimal.valueOf(number.longValue());
        }
        if (!number.isDouble() && !number.isFloat()) {
            return number.decimalValue();
        }
        double value = number.doubleValue();
        if (!Double.isFinite(value)) {
            throw new Failure("the value is " + value + ", which JSON cannot hold");
        }
        return BigDecimal.valueOf(value);
    }

    /** What a number is worth, where reckoning with it is bounded. */
    static BigDecimal exact(Budget budget, JsonNode number) {
        budget.steps(10);
        BigDecimal value = bounded(exact(number));
        if (value.precision() > 40) {
            int words = value.unscaledValue().bitLength() / 32;
            budget.steps((long) words * words);
        }
        return value;
    }

    private static BigDecimal bounded(BigDecimal value) {
        if (value.scale() > 2 * MAX_DIGITS
                || value.scale() < -MAX_DIGITS
                || value.unscaledValue().bitLength() > MAX_BITS) {
            throw new Failure("a number has more than " + MAX_DIGITS + " digits, too many to reckon with");
        }
        return value;
    }

    /** A result of two numbers, written as they are. */
    static NumericNode result(BigDecimal value, JsonNode a, JsonNode b) {
        bounded(value);
        if (isWrittenWhole(a) == isWrittenWhole(b)) {
            return isWrittenWhole(a) ? whole(value.toBigIntegerExact()) : decimal(value);
        }
        return isWhole(value) ? whole(value.toBigIntegerExact()) : decimal(value);
    }

    private static boolean isWhole(BigDecimal value) {
        return value.signum() == 0
                || value.scale() <= 0
                || value.stripTrailingZeros().scale() <= 0;
    }

    static NumericNode quotient(Budget budget, JsonNode a, JsonNode b) {
        BigDecimal dividend = exact(budget, a);
        BigDecimal divisor = exact(budget, b);
        if (divisor.signum() == 0) {
            throw new Failure("it divides by zero");
        }
        if (isWrittenWhole(a) && isWrittenWhole(b)) {
            return whole(dividend.toBigIntegerExact().divide(divisor.toBigIntegerExact()));
        }
        BigDecimal quotient = dividend.divide(divisor, OF_QUOTIENTS);
        if (quotient.multiply(divisor).compareTo(dividend) == 0) {
            return result(quotient, a, b);
        }
        double nearest = quotient.doubleValue();
        return (Double.isFinite(nearest) && nearest != 0)
                ? decimal(BigDecimal.valueOf(nearest))
                : decimal(bounded(quotient));
    }

    static NumericNode remainder(Budget budget, JsonNode a, JsonNode b) {
        BigDecimal divisor = exact(budget, b);
        if (divisor.signum() == 0) {
            throw new Failure("it divides by zero");
        }
        BigDecimal dividend = exact(budget, a);
        // The whole part of the quotient may have as many digits as both exponents together.
        budget.steps(Math.abs((long) dividend.scale() - divisor.scale()));
        return result(dividend.remainder(divisor), a, b);
    }

    static int compare(JsonNode a, JsonNode b) {
        if (isLong(a) && isLong(b)) {
            return Long.compare(a.longValue(), b.longValue());
        }
        if (isShort(a) && isShort(b)) {
            double first = a.doubleValue();
            double second = b.doubleValue();
            return first < second ? -1 : first > second ? 1 : 0;
        }
        return exact(a).compareTo(exact(b));
    }

    /** Whether a double tells it from every other. */
    private static boolean isShort(JsonNode number) {
        return number.isDouble() || number.isInt() || (number.isLong() && isExactAsDouble(number.longValue()));
    }

    private static boolean isExactAsDouble(long value) {
        return -EXACT_AS_DOUBLE < value && value < EXACT_AS_DOUBLE;
    }

    /** Equal for numbers that are worth the same. */
    static Object key(JsonNode number) {
        if (isLong(number)) {
            return number.longValue();
        }
        if (number.isDouble()) {
            double value = number.doubleValue();
            if (value == Math.rint(value) && Math.abs(value) < EXACT_AS_DOUBLE) {
                return (long) value;
            }
        }
        BigDecimal exact = exact(number);
        Long whole = asLong(exact);
        return whole == null ? exact.stripTrailingZeros() : (Object) whole;
    }

    private static @Nullable Long asLong(BigDecimal value) {
        // Ten to the twentieth is beyond every long, and a larger exponent is not to be written out.
        if (value.precision() - (long) value.scale() > 20 || !isWhole(value)) {
            return null;
        }
        BigInteger whole = value.toBigIntegerExact();
        return whole.bitLength() < Long.SIZE ? whole.longValue() : null;
    }

    static Values.Type type(JsonNode number) {
        if (isWrittenWhole(number)) {
            return Values.Type.of("int");
        }
        return isWhole(exact(number)) ? new Values.Type(Set.of("int", "double")) : Values.Type.of("double");
    }

    /** A whole number within 64 bits, however it is written. */
    static long longValue(JsonNode value, String user) {
        if (!value.isNumber()) {
            throw new Failure(user + " takes a whole number, but got " + Values.describe(value));
        }
        if (isLong(value)) {
            return value.longValue();
        }
        Long whole = asLong(exact(value));
        if (whole == null) {
            throw new Failure(user + " takes a whole number of 64 bits, but got " + shown(value));
        }
        return whole;
    }

    /** The number in digits, as JSON would write it; only one that is very large or small with an exponent. */
    static String shown(JsonNode number) {
        return isWrittenWhole(number) ? number.asText() : decimal(exact(number)).asText();
    }
}
