package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.function.BinaryOperator;

/** The functions under {@code math}. */
final class Maths {
    private static final int BITS_OF_ROOTS = 34;

    private Maths() {}

    static JsonNode greatest(Budget budget, JsonNode[] arguments) {
        return extreme(budget, "math.greatest", arguments, 1);
    }

    static JsonNode least(Budget budget, JsonNode[] arguments) {
        return extreme(budget, "math.least", arguments, -1);
    }

    private static JsonNode extreme(Budget budget, String name, JsonNode[] arguments, int sign) {
        JsonNode only = arguments[0];
        if (arguments.length == 1 && only instanceof ArrayNode list) {
            if (list.isEmpty()) {
                throw new Failure(name + " takes at least one number, but got an empty list");
            }
            JsonNode best = number(list.get(0), name);
            for (JsonNode element : list) {
                budget.step();
                best = better(best, number(element, name), sign);
            }
            return best;
        }
        JsonNode first = number(only, name);
        return arguments.length == 1 ? first : better(first, number(arguments[1], name), sign);
    }

    private static JsonNode better(JsonNode best, JsonNode other, int sign) {
        return Numbers.compare(other, best) * sign > 0 ? other : best;
    }

    static JsonNode number(JsonNode value, String user) {
        if (!value.isNumber()) {
            throw new Failure(user + " takes a number, but got " + Values.describe(value));
        }
        return value;
    }

    /** Rounds a number to a whole one; what is written with a point stays so. */
    static JsonNode rounded(Budget budget, JsonNode argument, String name, RoundingMode mode) {
        budget.step();
        if (Numbers.isWrittenWhole(number(argument, name))) {
            return argument;
        }
        return Numbers.decimal(Numbers.exact(budget, argument).setScale(0, mode));
    }

    /** Halves are rounded away from zero. */
    static JsonNode round(Budget budget, JsonNode argument) {
        return rounded(budget, argument, "math.round", RoundingMode.HALF_UP);
    }

    static JsonNode abs(Budget budget, JsonNode argument) {
        number(argument, "math.abs");
        return Numbers.exact(budget, argument).signum() < 0 ? Arithmetic.negate(budget, argument) : argument;
    }

    static JsonNode sign(Budget budget, JsonNode argument) {
        int sign = Numbers.exact(budget, number(argument, "math.sign")).signum();
        return Numbers.isWrittenWhole(argument) ? Numbers.whole(sign) : Numbers.decimal(BigDecimal.valueOf(sign));
    }

    /** The nearest double. */
    static JsonNode sqrt(Budget budget, JsonNode argument) {
        BigDecimal value = Numbers.exact(budget, number(argument, "math.sqrt"));
        if (value.signum() < 0) {
            throw new Failure("math.sqrt takes no negative number, but got " + Numbers.shown(argument));
        }
        budget.steps(100);
        double root = Math.sqrt(value.doubleValue());
        return Double.isFinite(root)
                ? Numbers.decimal(BigDecimal.valueOf(root))
                : Numbers.decimal(value.sqrt(new MathContext(BITS_OF_ROOTS)));
    }

    static JsonNode bits(Budget budget, JsonNode a, JsonNode b, String name, BinaryOperator<BigInteger> operation) {
        return Numbers.whole(operation.apply(whole(budget, a, name), whole(budget, b, name)));
    }

    static JsonNode bitNot(Budget budget, JsonNode a) {
        return Numbers.whole(whole(budget, a, "math.bitNot").not());
    }

    static BigInteger whole(Budget budget, JsonNode value, String name) {
        BigDecimal exact = Numbers.exact(budget, number(value, name));
        try {
            return exact.toBigIntegerExact();
        } catch (ArithmeticException fraction) {
            throw new Failure(name + " takes whole numbers, but got " + Numbers.shown(value));
        }
    }

    /** Within 64 bits, as CEL has it. */
    static JsonNode shift(Budget budget, JsonNode value, JsonNode by, String name, boolean left) {
        budget.step();
        long bits = Numbers.longValue(value, name);
        long amount = Numbers.longValue(by, name);
        if (amount < 0) {
            throw new Failure(name + "() negative offset: " + amount);
        }
        return Numbers.whole(amount >= Long.SIZE ? 0 : left ? bits << amount : bits >>> amount);
    }
}
