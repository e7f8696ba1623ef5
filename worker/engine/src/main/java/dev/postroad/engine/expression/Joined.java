package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * How {@code join} writes what is no text. CEL's own function took anything, and wrote it as Java does; graphs of that
 * time are to give what they gave.
 */
final class Joined {
    private Joined() {}

    static void append(Budget budget, JsonNode value, StringBuilder joined) {
        switch (value.getNodeType()) {
            case STRING -> add(budget, value.textValue(), joined);
            case NULL, MISSING -> add(budget, "NULL_VALUE", joined);
            case ARRAY -> list(budget, value, joined);
            case OBJECT -> object(budget, value, joined);
            case NUMBER, BOOLEAN, BINARY, POJO ->
                add(budget, Conversions.toText(budget, value).textValue(), joined);
        }
    }

    private static void add(Budget budget, String text, StringBuilder joined) {
        budget.build(text.length());
        joined.append(text);
    }

    private static void list(Budget budget, JsonNode list, StringBuilder joined) {
        String before = "[";
        for (JsonNode element : list) {
            add(budget, before, joined);
            append(budget, element, joined);
            before = ", ";
        }
        add(budget, list.isEmpty() ? "[]" : "]", joined);
    }

    private static void object(Budget budget, JsonNode object, StringBuilder joined) {
        String before = "{";
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            add(budget, before + field.getKey() + "=", joined);
            append(budget, field.getValue(), joined);
            before = ", ";
        }
        add(budget, object.isEmpty() ? "{}" : "}", joined);
    }
}
