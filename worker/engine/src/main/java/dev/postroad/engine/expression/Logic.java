package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.engine.expression.Failure.TooCostly;

/**
 * {@code && || ?:}. As CEL has it, {@code &&} and {@code ||} look at both sides in either order: where one side decides, it
 * does not matter that the other fails.
 */
final class Logic {
    private Logic() {}

    /** {@code a && b}, where false decides, or {@code a || b}, where true does. */
    record Either(Step first, Step second, boolean decisive) implements Step {
        @Override
        public JsonNode evaluate(Evaluation evaluation) {
            evaluation.budget().step();
            boolean left;
            try {
                left = truth(first, evaluation);
            } catch (TooCostly final_) {
                throw final_;
            } catch (Failure failed) {
                if (truth(second, evaluation) == decisive) {
                    return Values.of(decisive);
                }
                throw failed;
            }
            return Values.of(left == decisive ? decisive : truth(second, evaluation));
        }

        private boolean truth(Step side, Evaluation evaluation) {
            return Values.truth(side.evaluate(evaluation), decisive ? "||" : "&&");
        }
    }

    /** {@code a ? b : c}. */
    record Conditional(Step condition, Step then, Step otherwise) implements Step {
        @Override
        public JsonNode evaluate(Evaluation evaluation) {
            evaluation.budget().step();
            boolean holds = Values.truth(condition.evaluate(evaluation), "?:");
            return (holds ? then : otherwise).evaluate(evaluation);
        }
    }
}
