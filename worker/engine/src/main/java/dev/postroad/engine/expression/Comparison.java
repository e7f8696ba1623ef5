package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Equality and order of values. What is compared in a list, an object or a text is charged. */
final class Comparison {
    /** Texts are compared many characters at a time. */
    private static final int CHARACTERS_A_STEP = 128;

    private Comparison() {}

    static boolean isSame(Budget budget, JsonNode a, JsonNode b) {
        budget.step();
        if (a.getNodeType() != b.getNodeType()) {
            return isSameMap(budget, a, b);
        }
        return switch (a.getNodeType()) {
            case STRING -> isSameText(budget, a.textValue(), b.textValue());
            case NUMBER -> Numbers.compare(a, b) == 0;
            case BOOLEAN -> a.booleanValue() == b.booleanValue();
            case ARRAY -> isSameList(budget, (ArrayNode) a, (ArrayNode) b);
            case OBJECT -> isSameObject(budget, (ObjectNode) a, (ObjectNode) b);
            case BINARY -> Arrays.equals(((BinaryNode) a).binaryValue(), ((BinaryNode) b).binaryValue());
            case NULL, MISSING -> true;
            case POJO -> isSameForeign(budget, a, b);
        };
    }

    private static boolean isSameMap(Budget budget, JsonNode a, JsonNode b) {
        if (Values.foreign(a) instanceof Table table) {
            return table.isSame(budget, b);
        }
        return Values.foreign(b) instanceof Table table && table.isSame(budget, a);
    }

    private static boolean isSameForeign(Budget budget, JsonNode a, JsonNode b) {
        Object first = Values.foreign(a);
        Object second = Values.foreign(b);
        if (first instanceof Table table) {
            return table.isSame(budget, b);
        }
        if (first instanceof Values.Type type && second instanceof Values.Type other) {
            return type.isSame(other);
        }
        return first != null && first.equals(second);
    }

    private static boolean isSameText(Budget budget, String a, String b) {
        if (a.length() != b.length()) {
            return false;
        }
        budget.steps(a.length() / CHARACTERS_A_STEP);
        return a.equals(b);
    }

    private static boolean isSameList(Budget budget, ArrayNode a, ArrayNode b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!isSame(budget, a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSameObject(Budget budget, ObjectNode a, ObjectNode b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (var field : a.properties()) {
            JsonNode other = b.get(field.getKey());
            budget.steps(2);
            if (other == null || !isSame(budget, field.getValue(), other)) {
                return false;
            }
        }
        return true;
    }

    /** Less than, equal to or greater than zero, for two values that have an order. */
    static int compare(Budget budget, JsonNode a, JsonNode b) {
        budget.step();
        if (a.isNumber() && b.isNumber()) {
            return Numbers.compare(a, b);
        }
        if (a.isTextual() && b.isTextual()) {
            String text = a.textValue();
            budget.steps(Math.min(text.length(), b.textValue().length()) / CHARACTERS_A_STEP);
            return text.compareTo(b.textValue());
        }
        if (a.isBoolean() && b.isBoolean()) {
            return Boolean.compare(a.booleanValue(), b.booleanValue());
        }
        if (a instanceof BinaryNode first && b instanceof BinaryNode second) {
            budget.steps(first.binaryValue().length / CHARACTERS_A_STEP);
            return Arrays.compareUnsigned(first.binaryValue(), second.binaryValue());
        }
        Integer order = order(Values.foreign(a), Values.foreign(b));
        if (order == null) {
            throw new Failure("cannot compare " + Values.describe(a) + " with " + Values.describe(b));
        }
        return order;
    }

    private static @Nullable Integer order(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Instant first && b instanceof Instant second) {
            return first.compareTo(second);
        }
        if (a instanceof Duration first && b instanceof Duration second) {
            return first.compareTo(second);
        }
        return null;
    }

    static boolean contains(Budget budget, ArrayNode list, JsonNode wanted) {
        for (JsonNode element : list) {
            if (isSame(budget, element, wanted)) {
                return true;
            }
        }
        return false;
    }

    /** The operator {@code in}. */
    static JsonNode isIn(Budget budget, JsonNode wanted, JsonNode where) {
        budget.step();
        if (where instanceof ArrayNode list) {
            return Values.of(contains(budget, list, wanted));
        }
        if (where instanceof ObjectNode object) {
            return Values.of(wanted.isTextual() && object.has(wanted.textValue()));
        }
        if (Values.foreign(where) instanceof Table table) {
            return Values.of(table.get(wanted) != null);
        }
        throw new Failure("in takes a list or a map on its right, but got " + Values.describe(where));
    }

    /** A hash that is the same for equal values. */
    static int hash(Budget budget, JsonNode value) {
        budget.step();
        return switch (value.getNodeType()) {
            case STRING -> {
                budget.read(value.textValue());
                yield value.textValue().hashCode();
            }
            case NUMBER -> Numbers.key(value).hashCode();
            case BOOLEAN -> Boolean.hashCode(value.booleanValue());
            case ARRAY -> {
                int hash = 1;
                for (JsonNode element : value) {
                    hash = 31 * hash + hash(budget, element);
                }
                yield hash;
            }
            case OBJECT -> {
                int hash = 0;
                for (var field : value.properties()) {
                    hash += field.getKey().hashCode() ^ 31 * hash(budget, field.getValue());
                }
                yield hash;
            }
            case POJO -> hash(budget, Values.foreign(value));
            case BINARY, NULL, MISSING -> 0;
        };
    }

    private static int hash(Budget budget, @Nullable Object foreign) {
        return switch (foreign) {
            case Instant instant -> instant.hashCode();
            case Duration duration -> duration.hashCode();
            case Table table -> {
                int hash = 0;
                for (Table.Entry entry : table.entries()) {
                    hash += hash(budget, entry.key()) ^ 31 * hash(budget, entry.value());
                }
                yield hash;
            }
            // A type may be the same as two others.
            case null, default -> 0;
        };
    }
}
