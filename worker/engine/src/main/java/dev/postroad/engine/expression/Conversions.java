package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import dev.cel.common.internal.DateTimeHelpers;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/** The functions that turn a value of one type into one of another: {@code int uint double string bytes bool}. */
final class Conversions {
    private static final int LONGEST_NUMBER = 1_100;

    private Conversions() {}

    static JsonNode toInt(Budget budget, JsonNode value) {
        budget.step();
        if (value.isNumber()) {
            BigInteger whole = truncated(budget, value);
            if (whole.bitLength() >= Long.SIZE) {
                throw new Failure("int: " + Numbers.shown(value) + " is out of range, which is 64 bits");
            }
            return Numbers.whole(whole);
        }
        if (value.isTextual()) {
            try {
                return Numbers.whole(Long.parseLong(value.textValue()));
            } catch (NumberFormatException unsound) {
                throw new Failure("int: " + quoted(value) + " is no whole number of 64 bits");
            }
        }
        if (Values.foreign(value) instanceof Instant time) {
            return Numbers.whole(time.getEpochSecond());
        }
        throw new Failure("int takes a number, a text or a timestamp, but got " + Values.describe(value));
    }

    static JsonNode toUint(Budget budget, JsonNode value) {
        budget.step();
        BigInteger whole = value.isTextual() ? parsed(value).toBigInteger() : truncated(budget, value);
        if (whole.signum() < 0 || whole.bitLength() > Long.SIZE) {
            throw new Failure("uint: " + quoted(value) + " is out of range, which is 64 bits without a sign");
        }
        return Numbers.whole(whole);
    }

    private static BigInteger truncated(Budget budget, JsonNode value) {
        if (!value.isNumber()) {
            throw new Failure("uint takes a number or a text, but got " + Values.describe(value));
        }
        return Numbers.exact(budget, value).setScale(0, RoundingMode.DOWN).toBigInteger();
    }

    /** The same number, written with a point. */
    static JsonNode toDouble(Budget budget, JsonNode value) {
        if (value.isTextual()) {
            budget.read(value.textValue());
            return Numbers.decimal(parsed(value));
        }
        if (!value.isNumber()) {
            throw new Failure("double takes a number or a text, but got " + Values.describe(value));
        }
        return Numbers.isWrittenWhole(value) ? Numbers.decimal(Numbers.exact(budget, value)) : value;
    }

    private static BigDecimal parsed(JsonNode text) {
        try {
            String number = text.textValue().strip();
            if (number.length() <= LONGEST_NUMBER) {
                return new BigDecimal(number);
            }
        } catch (NumberFormatException unsound) {
            // Told below.
        }
        throw new Failure(quoted(text) + " is no number");
    }

    static JsonNode toText(Budget budget, JsonNode value) {
        budget.step();
        return switch (value.getNodeType()) {
            case STRING -> value;
            case NUMBER -> {
                budget.build(Numbers.isLong(value) ? 20 : LONGEST_NUMBER / 10);
                yield Values.of(Numbers.shown(value));
            }
            case BOOLEAN -> Values.of(value.asText());
            case BINARY -> decoded(budget, ((BinaryNode) value).binaryValue());
            case POJO -> Values.of(shown(value));
            case ARRAY, OBJECT, NULL, MISSING ->
                throw new Failure("string takes a number, a text, a truth, bytes, a timestamp or a duration, but got "
                        + Values.describe(value));
        };
    }

    private static String shown(JsonNode value) {
        return switch (Values.foreign(value)) {
            case Instant time -> time.toString();
            case Duration duration -> DateTimeHelpers.toString(duration);
            case null, default -> throw new Failure("string cannot write " + Values.describe(value));
        };
    }

    private static JsonNode decoded(Budget budget, byte[] bytes) {
        budget.build(2L * bytes.length);
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (!Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
            throw new Failure("string: the bytes are no UTF-8");
        }
        return Values.of(text);
    }

    static JsonNode toBytes(Budget budget, JsonNode value) {
        if (value instanceof BinaryNode) {
            return value;
        }
        String text = Values.text(value, "bytes");
        budget.build(text.length());
        return Values.of(text.getBytes(StandardCharsets.UTF_8));
    }

    static JsonNode toTruth(Budget budget, JsonNode value) {
        budget.step();
        if (value.isBoolean()) {
            return value;
        }
        return switch (Values.text(value, "bool")) {
            case "true", "TRUE", "True", "t", "1" -> Values.of(true);
            case "false", "FALSE", "False", "f", "0" -> Values.of(false);
            default -> throw new Failure("bool: " + quoted(value) + " is neither true nor false");
        };
    }

    private static String quoted(JsonNode value) {
        String text = value.isNumber() ? Numbers.shown(value) : "'" + value.asText() + "'";
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }
}
