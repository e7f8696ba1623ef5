package dev.postroad.engine.expression;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** JSON has one kind of number. */
@NullMarked
class NumbersTest {
    private static final int SEQUENCES = Integer.getInteger("postroad.sequences", 5_000);
    private static final Map<String, Expression> COMPILED = new HashMap<>();
    private static final List<String> NUMBERS = List.of(
            "7",
            "7.0",
            "0.7e1",
            "1e3",
            "12345678.0",
            "9223372036854775807",
            "9223372036854775808",
            "-0.0",
            "0",
            "-7",
            "18446744073709551615",
            "9007199254740993",
            "9007199254740992.0",
            "12345678901234567.89",
            "0.1",
            "-2.5",
            "1e-9",
            "1.7e300",
            "123456789012345678901234567890");

    @Test
    void reckonsLikeExactDecimals() throws ExpressionException, FaultsException {
        for (int seed = 0; seed < SEQUENCES; seed++) {
            Random random = new Random(seed);
            String a = number(random);
            String b = number(random);
            String which = "seed " + seed + ": " + a + " and " + b;
            BigDecimal x = new BigDecimal(a);
            BigDecimal y = new BigDecimal(b);
            assertThat(decimal("state.a + state.b", a, b)).as(which).isEqualByComparingTo(x.add(y));
            assertThat(decimal("state.a - state.b", a, b)).as(which).isEqualByComparingTo(x.subtract(y));
            if (x.multiply(y).abs().compareTo(new BigDecimal("1e300")) < 0) {
                assertThat(decimal("state.a * state.b", a, b)).as(which).isEqualByComparingTo(x.multiply(y));
            }
            assertThat(decimal("-state.a", a, b)).as(which).isEqualByComparingTo(x.negate());
            assertThat(decimal("math.greatest(state.a, state.b)", a, b))
                    .as(which)
                    .isEqualByComparingTo(x.max(y));
            int order = x.compareTo(y);
            assertThat(value("state.a < state.b", a, b).booleanValue())
                    .as(which)
                    .isEqualTo(order < 0);
            assertThat(value("state.a >= state.b", a, b).booleanValue())
                    .as(which)
                    .isEqualTo(order >= 0);
            assertThat(value("state.a > state.b", a, b).booleanValue())
                    .as(which)
                    .isEqualTo(order > 0);
            assertThat(value("state.a <= state.b", a, b).booleanValue())
                    .as(which)
                    .isEqualTo(order <= 0);
            assertThat(value("state.a == state.b", a, b).booleanValue())
                    .as(which)
                    .isEqualTo(order == 0);
            assertThat(value("state.a != state.b", a, b).booleanValue())
                    .as(which)
                    .isEqualTo(order != 0);
            assertThat(decimal("math.least(state.a, state.b)", a, b)).as(which).isEqualByComparingTo(x.min(y));
            assertThat(value("state.a in [state.b]", a, b).booleanValue())
                    .as(which)
                    .isEqualTo(order == 0);
            assertThat(value("{'k': state.a} == {'k': state.b}", a, b).booleanValue())
                    .as(which)
                    .isEqualTo(order == 0);
            assertThat(value("[state.a, state.b].distinct()", a, b)).as(which).hasSize(order == 0 ? 1 : 2);
            assertThat(new BigDecimal(value("string(state.a)", a, b).textValue()))
                    .as(which)
                    .isEqualByComparingTo(x);
            if (y.signum() != 0) {
                divides(which, a, b);
            }
        }
    }

    /** Exact where it comes out even or whole numbers drop the remainder; else the nearest double. */
    private static void divides(String which, String a, String b) throws ExpressionException, FaultsException {
        BigDecimal x = new BigDecimal(a);
        BigDecimal y = new BigDecimal(b);
        assertThat(decimal("state.a % state.b", a, b)).as(which).isEqualByComparingTo(x.remainder(y));
        BigDecimal quotient = decimal("state.a / state.b", a, b);
        if (isWritten(a) && isWritten(b)) {
            assertThat(quotient).as(which).isEqualByComparingTo(x.divideToIntegralValue(y));
        } else {
            BigDecimal error = quotient.multiply(y).subtract(x).abs();
            assertThat(error).as(which).isLessThanOrEqualTo(x.abs().multiply(new BigDecimal("3e-16")));
        }
    }

    private static boolean isWritten(String whole) {
        return whole.chars().allMatch(character -> character == '-' || Character.isDigit(character));
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', textBlock = """
            state.a / 2          => 7    => 3
            state.a / 2          => 7.0  => 3.5
            state.a / 2.0        => 7    => 3.5
            state.a / 7          => 7.0  => 1
            state.a % 2          => 7.0  => 1
            state.a * 1.5        => 7    => 10.5
            state.a * 1.5        => 4    => 6
            state.a + 1          => 1e3  => 1001
            state.a * 3          => 0.1  => 0.3
            state.a + 0.2        => 0.1  => 0.3
            state.a + 1          => 9223372036854775807  => 9223372036854775808
            state.a - 1          => 9223372036854775808  => 9223372036854775807
            {'b': state.a}       => 18446744073709551615 => {"b": 18446744073709551615}
            state.a == 9007199254740992.0 => 9007199254740993 => false
            type(state.a) == int => 7.0  => true
            type(state.a) == int => 7.5  => false
            type(state.a) == double => 7.0 => true
            state.a in [7]       => 7.0  => true
            [state.a, 7].distinct() => 7.0 => [7.0]
            {'k': state.a} == {'k': 7} => 0.7e1 => true
            {7: 'x'}[state.a]    => 7.0  => "x"
            [1, 2, 3][state.a]   => 2.0  => 3
            string(state.a)      => 12345678.0 => "12345678.0"
            string(state.a)      => 1e3  => "1000.0"
            int(state.a)         => 12345678.0 => 12345678
            state.a              => 12345678901234567.89 => 12345678901234567.89
            state.a * 2          => 12345678901234567.89 => 24691357802469135.78
            state.a              => -0.0 => 0.0
            [12345678901234567.89][0] => 1 => 12345678901234567.89
            2 == 2.0 ? 1 : 1.5   => 1    => 1
            lists.range(3).map(i, i * 0.5) => 1 => [0, 0.5, 1]
            """)
    void numbersMixHoweverTheyAreWritten(String expression, String a, String expected)
            throws ExpressionException, FaultsException {
        assertThat(value(expression, a, "0")).hasToString(Json.read(expected).toString());
    }

    @ParameterizedTest
    @CsvSource({
        "state.a + 1, 1e-99999, too many to reckon with",
        "state.a % 7, 1e-99999, too many to reckon with",
        "int(state.a), 9223372036854775808, out of range",
        "state.a * state.a, 1e200, too large for JSON",
        "state.a / 0.0, 7, by zero",
    })
    void refusesWhatItCannotReckonExactly(String expression, String a, String reason) throws FaultsException {
        try {
            assertThat(value(expression, a, "0")).as("instead of: " + reason).isNull();
        } catch (ExpressionException refused) {
            assertThat(refused).hasMessageContaining(reason);
        }
    }

    @Test
    void sumsExactly() throws ExpressionException, FaultsException {
        assertThat(Numbers.sum(Json.read("12345678901234567.89"), Json.read("0.01")))
                .hasToString("12345678901234567.9");
        assertThat(Numbers.sum(Json.read("0.1"), Json.read("0.2"))).hasToString("0.3");
        assertThat(Numbers.sum(Json.read("9223372036854775807"), Json.read("1")))
                .hasToString("9223372036854775808");
    }

    private static String number(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> NUMBERS.get(random.nextInt(NUMBERS.size()));
            case 1 -> String.valueOf(random.nextInt(-20, 20));
            case 2 ->
                new BigDecimal(random.nextInt(-5_000, 5_000))
                        .movePointLeft(random.nextInt(1, 4))
                        .toString();
            default -> String.valueOf(random.nextLong());
        };
    }

    private static BigDecimal decimal(String expression, String a, String b)
            throws ExpressionException, FaultsException {
        JsonNode value = value(expression, a, b);
        assertThat(Json.read(Json.bytes(value))).as("read back").isEqualTo(value);
        return new BigDecimal(value.asText());
    }

    private static JsonNode value(String expression, String a, String b) throws ExpressionException, FaultsException {
        // As it was stored, also by a release that took longer numbers.
        JsonNode state = Json.readOwn("{\"a\": " + a + ", \"b\": " + b + "}");
        Expression compiled = COMPILED.get(expression);
        if (compiled == null) {
            compiled = Expression.compile(expression);
            COMPILED.put(expression, compiled);
        }
        return compiled.evaluate(Scope.of(state, NullNode.instance, NullNode.instance), new Budget(Budget.ITERATIONS));
    }
}
