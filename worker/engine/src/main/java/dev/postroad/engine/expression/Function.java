package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;

/** A function or an operator, whose arguments are all evaluated before it. */
@FunctionalInterface
interface Function {
    /**
     * The value for these arguments. What the work grows with is charged to the budget before it is done.
     *
     * @throws Failure where there is none
     */
    JsonNode apply(Budget budget, JsonNode[] arguments);

    /** A function of one argument. */
    @FunctionalInterface
    interface Unary {
        JsonNode apply(Budget budget, JsonNode argument);

        default Function plain() {
            return (budget, arguments) -> apply(budget, arguments[0]);
        }
    }

    /** A function of two arguments. */
    @FunctionalInterface
    interface Binary {
        JsonNode apply(Budget budget, JsonNode first, JsonNode second);

        default Function plain() {
            return (budget, arguments) -> apply(budget, arguments[0], arguments[1]);
        }
    }
}
