package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** What reads a part of a value: {@code a.b}, {@code has(a.b)} and {@code a[b]}. */
final class Access {
    private Access() {}

    /**
     * {@code a.b}.
     *
     * @param path the operand as it was written, for messages
     */
    record Select(Step operand, String field, String path) implements Step {
        @Override
        public JsonNode evaluate(Evaluation evaluation) {
            JsonNode value = operand.evaluate(evaluation);
            evaluation.budget().step();
            JsonNode found = get(value, field, path);
            if (found == null) {
                throw new Failure(path + " has no key '" + field + "'; " + remedy(path, field));
            }
            return found;
        }
    }

    /** {@code has(a.b)}. */
    record Has(Step operand, String field, String path) implements Step {
        @Override
        public JsonNode evaluate(Evaluation evaluation) {
            JsonNode value = operand.evaluate(evaluation);
            evaluation.budget().step();
            return Values.of(get(value, field, path) != null);
        }
    }

    private static @Nullable JsonNode get(JsonNode value, String field, String path) {
        if (value instanceof ObjectNode object) {
            return object.get(field);
        }
        if (Values.foreign(value) instanceof Table table) {
            return table.get(Values.of(field));
        }
        String found = path + " is " + Values.describe(value);
        throw new Failure(
                value.isNull()
                        ? found + ", so it has no '" + field + "'; ask first: " + path + " != null && …"
                        : found + ", which has no '" + field + "'");
    }

    private static String remedy(String path, String field) {
        return "ask first: has(" + path + "." + field + ") && …, or give it a default";
    }

    /** {@code a[b]}. */
    record Index(Step operand, Step index, String path) implements Step {
        @Override
        public JsonNode evaluate(Evaluation evaluation) {
            JsonNode value = operand.evaluate(evaluation);
            JsonNode key = index.evaluate(evaluation);
            evaluation.budget().step();
            if (value instanceof ArrayNode list) {
                return element(list, Numbers.longValue(key, "the index of " + path));
            }
            if (value instanceof ObjectNode object) {
                return found(key.isTextual() ? object.get(key.textValue()) : null, key);
            }
            if (Values.foreign(value) instanceof Table table) {
                return found(table.get(key), key);
            }
            throw new Failure(path + " is " + Values.describe(value) + ", which has no elements");
        }

        private JsonNode element(ArrayNode list, long at) {
            if (at < 0 || at >= list.size()) {
                throw new Failure("Index out of bounds: " + at + "; " + path + " has " + list.size()
                        + " elements, counted from 0");
            }
            return list.get((int) at);
        }

        private JsonNode found(@Nullable JsonNode value, JsonNode key) {
            if (value == null) {
                String name = key.isTextual() ? "'" + key.textValue() + "'" : key.asText();
                throw new Failure(path + " has no key " + name + "; ask first: " + name + " in " + path + " && …");
            }
            return value;
        }
    }
}
