package dev.postroad.engine.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class BudgetTest {
    private static final int SEQUENCES = Integer.getInteger("postroad.sequences", 3_000);
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final ObjectNode STATE = state();

    private static ObjectNode state() {
        ObjectNode state = NODES.objectNode();
        ArrayNode numbers = state.putArray("l");
        ArrayNode texts = state.putArray("texts");
        ArrayNode pairs = state.putArray("pairs");
        for (int i = 0; i < 60_000; i++) {
            numbers.add(i);
        }
        for (int i = 0; i < 3_000; i++) {
            texts.add("element " + (i * 7_919) % 3_000);
            pairs.addObject().put("k", i % 10).putArray("v").add(i).add(1.5);
        }
        state.put("text", "abcdefghij".repeat(20_000));
        state.put("a", "a".repeat(200_000));
        state.put("n", 7);
        return state;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "state.l.filter(i, i in state.l).size()",
                "state.l.map(i, state.l)[0] == state.l.map(i, state.l)[1]",
                "lists.range(1000).map(i, state.l == state.l)",
                "lists.range(1000).map(i, state.text.contains('x'))",
                "lists.range(1000).map(i, state.a.contains('aaaaaaaaaaaaaaaaaaaaaaaaaab'))",
                "lists.range(1000).map(i, state.text + 'x' == state.text + 'y')",
                "lists.range(1000).map(i, state.text.size())",
                "lists.range(1000).map(i, state.text.split('a').size())",
                "lists.range(1000).map(i, state.text.replace('a', 'bb').size())",
                "lists.range(1000).map(i, state.text.lowerAscii() == state.text)",
                "lists.range(1000).map(i, state.text.lastIndexOf('x'))",
                "lists.range(1000).map(i, state.text.substring(5) == state.text)",
                "lists.range(1000).map(i, bytes(state.text) == b'x')",
                "lists.range(1000).map(i, state.l.sort()[0])",
                "lists.range(1000).map(i, state.l.distinct()[0])",
                "lists.range(1000).map(i, state.l.reverse()[0])",
                "lists.range(1000).map(i, state.l.slice(0, 50000).size())",
                "lists.range(1000).map(i, [state.l, state.l].flatten().size())",
                "lists.range(1000).map(i, math.greatest(state.l))",
                "lists.range(1000).map(i, (state.l + state.l).size())",
                "lists.range(1000).map(i, state.texts.join(',').size())",
                "lists.range(1000).map(i, state.texts.sortBy(t, t)[0])",
                "lists.range(1000).map(i, lists.range(60000).size())",
                "sets.equivalent(state.l, state.l.reverse())",
                "state.a.matches('(a+)+(a|b)*c$')",
                "lists.range(3000).map(i, 'x'.matches('[ab]{300}' + string(i)))",
                "'x'.matches('((a{1000}){1000}){1000}' + string(state.n))",
            })
    void stopsWorkThatGrowsWithWhatItReads(String expression) {
        assertThat(failure(expression))
                .contains("the expression " + expression.substring(0, 20))
                .containsAnyOf(
                        "it takes more than 2000000 steps",
                        "it builds more than 16000000 bytes",
                        "is too large",
                        "Iteration budget exceeded");
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", textBlock = """
        a + a              => it builds more than 16000000 bytes
        [a, a]             => it
        {'x': a, 'y': a}   => it
        a + a + a          => it
        """)
    void stopsWhatDoublesWithEachName(String twice, String reason) {
        StringBuilder expression = new StringBuilder("a");
        String body = twice.strip();
        for (int i = 0; i < 40; i++) {
            expression.insert(0, "cel.bind(a, " + body + ", ").append(')');
        }
        String start = body.startsWith("a") ? "'0123456789'" : "1";
        assertThat(failure("cel.bind(a, " + start + ", " + expression + ")")).contains(reason, "more than");
    }

    @Test
    void noExpressionTakesMoreStepsThanItMay() throws ExpressionException {
        for (int seed = 0; seed < SEQUENCES; seed++) {
            Random random = new Random(seed);
            String text = expression(random, 4, new ArrayList<>());
            Expression expression = Expression.compile(text);
            Budget budget = new Budget(Budget.ITERATIONS);
            try {
                expression.evaluate(scope(), budget);
            } catch (ExpressionException failed) {
                assertThat(failed.getMessage()).as("seed %s", seed).startsWith("the expression ");
            }
            assertThat(budget.spent())
                    .as("seed %s: %s", seed, text)
                    .isBetween(0L, (long) Budget.ITERATIONS * Budget.STEPS_AN_ITERATION);
            Budget again = new Budget(Budget.ITERATIONS);
            try {
                expression.evaluate(scope(), again);
            } catch (ExpressionException failed) {
                // As before.
            }
            assertThat(again.spent()).as("seed %s: %s", seed, text).isEqualTo(budget.spent());
        }
    }

    @Test
    void sharesItsLimitBetweenWhatIsEvaluatedInOneTurn() throws ExpressionException {
        Expression half = Expression.compile("state.l.map(i, i + i).size() > 0");
        Budget budget = new Budget(Budget.ITERATIONS);
        int turns = 0;
        while (turns < 100 && !fails(half, budget)) {
            turns++;
        }
        assertThat(turns).as("evaluations in one turn").isLessThan(20);
        budget.renew();
        assertThat(fails(half, budget)).as("in the next turn").isFalse();
        assertThat(budget.isSpent()).isTrue();
    }

    @Test
    void replaysWhatWasDecidedWhateverItCosts() throws ExpressionException {
        Expression costly = Expression.compileReducer("old.map(i, old.slice(0, 60)).size() + new");
        ArrayNode list = NODES.arrayNode();
        for (int i = 0; i < 50_000; i++) {
            list.add(i);
        }
        assertThat(catchThrowableOfType(
                        ExpressionException.class,
                        () -> costly.reduce(list, NODES.numberNode(1), new Budget(Budget.ITERATIONS))))
                .hasMessageContaining("more than");
        assertThat(costly.reduce(list, NODES.numberNode(1), Budget.ofReplay()).intValue())
                .isEqualTo(50_001);
    }

    private static boolean fails(Expression expression, Budget budget) {
        try {
            expression.evaluate(scope(), budget);
            return false;
        } catch (ExpressionException failed) {
            return true;
        }
    }

    private static String failure(String text) {
        ExpressionException failed = catchThrowableOfType(
                ExpressionException.class,
                () -> Expression.compile(text).evaluate(scope(), new Budget(Budget.ITERATIONS)));
        assertThat(failed).as(text).isNotNull();
        return String.valueOf(failed.getMessage());
    }

    private static Scope scope() {
        return Scope.of(STATE, NullNode.instance, NullNode.instance);
    }

    private static String expression(Random random, int depth, List<String> names) {
        if (depth == 0) {
            List<String> leaves = new ArrayList<>(List.of(
                    "state.l",
                    "state.texts",
                    "state.pairs",
                    "state.text",
                    "state.a",
                    "state.n",
                    "'a'",
                    "'el'",
                    "3",
                    "1.5",
                    "[1, 2, 3]",
                    "{'k': state.n}",
                    "true",
                    "null"));
            leaves.addAll(names);
            return leaves.get(random.nextInt(leaves.size()));
        }
        String a = expression(random, depth - 1, names);
        String b = expression(random, depth - 1 - random.nextInt(depth), names);
        String name = "x" + depth;
        return switch (random.nextInt(24)) {
            case 0 -> "dyn(" + a + ") + dyn(" + b + ")";
            case 1 -> "(dyn(" + a + ") in dyn(" + b + "))";
            case 2 -> "(dyn(" + a + ") == dyn(" + b + "))";
            case 3 -> "(dyn(" + a + ") < dyn(" + b + "))";
            case 4 -> "dyn(" + a + ").contains(dyn(" + b + "))";
            case 5 -> "dyn(" + a + ").matches(dyn(" + b + "))";
            case 6 -> "dyn(" + a + ").split(dyn(" + b + "))";
            case 7 -> "dyn(" + a + ").replace('a', dyn(" + b + "))";
            case 8 -> "dyn(" + a + ").sort()";
            case 9 -> "dyn(" + a + ").distinct()";
            case 10 -> "dyn(" + a + ").join(',')";
            case 11 -> "[dyn(" + a + "), dyn(" + b + ")]";
            case 12 -> "{'x': dyn(" + a + "), 'y': dyn(" + b + ")}";
            case 13 -> "size(dyn(" + a + "))";
            case 14 -> "string(dyn(" + a + "))";
            case 15 -> "sets.intersects(dyn(" + a + "), dyn(" + b + "))";
            case 16 -> "dyn(" + a + ").flatten()";
            case 17 -> "lists.range(dyn(" + a + "))";
            case 18 -> "cel.bind(" + name + ", dyn(" + a + "), " + inside(random, depth, names, name) + ")";
            case 19 -> "dyn(" + a + ").map(" + name + ", " + inside(random, depth, names, name) + ")";
            case 20 ->
                "dyn(" + a + ").filter(" + name + ", dyn(" + inside(random, depth, names, name) + ") == " + name + ")";
            case 21 -> "dyn(" + a + ").exists(" + name + ", " + name + " in dyn(" + b + "))";
            case 22 -> "dyn(" + a + ").reverse()";
            default -> "dyn(" + a + ").lastIndexOf(dyn(" + b + "))";
        };
    }

    private static String inside(Random random, int depth, List<String> names, String name) {
        List<String> more = new ArrayList<>(names);
        more.add(name);
        more.add(name);
        return expression(random, depth - 1, more);
    }
}
