package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;

/** A part of an expression, ready to be evaluated any number of times. Immutable. */
@FunctionalInterface
interface Step {
    /**
     * The value: JSON, or what {@link Values} adds to it.
     *
     * @throws Failure where there is none
     */
    JsonNode evaluate(Evaluation evaluation);

    /** A value that is always the same. */
    record Constant(JsonNode value) implements Step {
        @Override
        public JsonNode evaluate(Evaluation evaluation) {
            return value;
        }
    }

    /** What a variable holds. */
    record Variable(int slot) implements Step {
        @Override
        public JsonNode evaluate(Evaluation evaluation) {
            evaluation.budget().step();
            return evaluation.get(slot);
        }
    }
}
