package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Lists and maps that are written out, and calls. */
final class Literals {
    private Literals() {}

    /** {@code [a, b]}. */
    record ListOf(List<Step> elements) implements Step {
        @Override
        public JsonNode evaluate(Evaluation evaluation) {
            evaluation.budget().buildList(elements.size());
            ArrayNode list = Values.NODES.arrayNode(elements.size());
            for (Step element : elements) {
                list.add(element.evaluate(evaluation));
            }
            return list;
        }
    }

    /** {@code {a: b}}; an object where all keys are texts. */
    record MapOf(List<Step> keys, List<Step> values) implements Step {
        @Override
        public JsonNode evaluate(Evaluation evaluation) {
            evaluation.budget().buildList(4L * keys.size());
            ObjectNode object = Values.NODES.objectNode();
            for (int i = 0; i < keys.size(); i++) {
                JsonNode key = keys.get(i).evaluate(evaluation);
                if (!key.isTextual()) {
                    return table(evaluation);
                }
                if (object.replace(key.textValue(), values.get(i).evaluate(evaluation)) != null) {
                    throw new Failure("duplicate map key '" + key.textValue() + "'");
                }
            }
            return object;
        }

        private JsonNode table(Evaluation evaluation) {
            Table table = new Table();
            for (int i = 0; i < keys.size(); i++) {
                table.put(keys.get(i).evaluate(evaluation), values.get(i).evaluate(evaluation));
            }
            return Values.of(table);
        }
    }

    /** A function or an operator with its arguments. */
    record Call(Function function, List<Step> arguments) implements Step {
        @Override
        public JsonNode evaluate(Evaluation evaluation) {
            JsonNode[] values = new JsonNode[arguments.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = arguments.get(i).evaluate(evaluation);
            }
            return function.apply(evaluation.budget(), values);
        }
    }

    /** A call of one argument, without a list of them. */
    record UnaryCall(Function.Unary function, Step argument) implements Step {
        @Override
        public JsonNode evaluate(Evaluation evaluation) {
            return function.apply(evaluation.budget(), argument.evaluate(evaluation));
        }
    }

    /** A call of two arguments, without a list of them. */
    record BinaryCall(Function.Binary function, Step first, Step second) implements Step {
        @Override
        public JsonNode evaluate(Evaluation evaluation) {
            JsonNode value = first.evaluate(evaluation);
            return function.apply(evaluation.budget(), value, second.evaluate(evaluation));
        }
    }
}
