package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.engine.expression.Failure.TooCostly;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** What walks the elements of a list or the keys of a map, and {@code cel.bind}. */
final class Macros {
    private static final int BYTES_OF_AN_ELEMENT = 32;

    private Macros() {}

    /** Gives a value a name. */
    record Bind(int slot, Step value, Step body) implements Step {
        @Override
        public JsonNode evaluate(Evaluation evaluation) {
            evaluation.budget().step();
            evaluation.set(slot, value.evaluate(evaluation));
            return body.evaluate(evaluation);
        }
    }

    /** {@code all}, where false decides, or {@code exists}, where true does; whatever fails beside what decides. */
    record Quantified(int slot, Step range, Step condition, boolean decisive) implements Step {
        @Override
        public JsonNode evaluate(Evaluation evaluation) {
            Failure failed = null;
            Iterator<JsonNode> elements = elements(range, evaluation);
            while (elements.hasNext()) {
                next(slot, elements, evaluation);
                try {
                    if (Values.truth(condition.evaluate(evaluation), decisive ? "exists" : "all") == decisive) {
                        return Values.of(decisive);
                    }
                } catch (TooCostly costly) {
                    throw costly;
                } catch (Failure failure) {
                    failed = failed == null ? failure : failed;
                }
            }
            if (failed != null) {
                throw failed;
            }
            return Values.of(!decisive);
        }
    }

    /** {@code exists_one}. */
    record ExistsOne(int slot, Step range, Step condition) implements Step {
        @Override
        public JsonNode evaluate(Evaluation evaluation) {
            int found = 0;
            Iterator<JsonNode> elements = elements(range, evaluation);
            while (elements.hasNext()) {
                next(slot, elements, evaluation);
                if (Values.truth(condition.evaluate(evaluation), "exists_one")) {
                    found++;
                }
            }
            return Values.of(found == 1);
        }
    }

    /** {@code map}, {@code filter} and both together. */
    record Collected(int slot, Step range, @Nullable Step condition, Step element) implements Step {
        @Override
        public JsonNode evaluate(Evaluation evaluation) {
            ArrayNode collected = Values.NODES.arrayNode();
            Iterator<JsonNode> elements = elements(range, evaluation);
            while (elements.hasNext()) {
                next(slot, elements, evaluation);
                if (condition == null || Values.truth(condition.evaluate(evaluation), "filter")) {
                    evaluation.budget().bytes(BYTES_OF_AN_ELEMENT);
                    collected.add(element.evaluate(evaluation));
                }
            }
            return collected;
        }
    }

    private static void next(int slot, Iterator<JsonNode> elements, Evaluation evaluation) {
        evaluation.budget().iterate();
        evaluation.budget().step();
        evaluation.set(slot, elements.next());
    }

    private static Iterator<JsonNode> elements(Step range, Evaluation evaluation) {
        JsonNode value = range.evaluate(evaluation);
        if (value instanceof ArrayNode list) {
            return list.elements();
        }
        if (value instanceof ObjectNode object) {
            Iterator<String> names = object.fieldNames();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return names.hasNext();
                }

                @Override
                public JsonNode next() {
                    return Values.of(names.next());
                }
            };
        }
        if (Values.foreign(value) instanceof Table table) {
            return table.keys().elements();
        }
        throw new Failure("a macro walks a list or a map, but got " + Values.describe(value));
    }
}
