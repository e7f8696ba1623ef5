package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes JSON of what an expression gave. All of it is walked and charged, as a small list may hold another a thousand
 * times over, and that one more; what is JSON already stays as it is, shared with the state.
 */
final class Results {
    private Results() {}

    static JsonNode json(Budget budget, JsonNode value) {
        budget.step();
        return switch (value.getNodeType()) {
            case STRING -> {
                budget.bytes(value.textValue().length());
                yield value;
            }
            case NUMBER -> finite(value);
            case ARRAY -> list(budget, (ArrayNode) value);
            case OBJECT -> object(budget, (ObjectNode) value);
            case BINARY -> Values.of(((BinaryNode) value).asText());
            case POJO -> foreign(budget, Values.foreign(value));
            case BOOLEAN, NULL, MISSING -> value;
        };
    }

    static JsonNode finite(JsonNode value) {
        if (value.isFloatingPointNumber() && !Double.isFinite(value.doubleValue())) {
            throw new Failure("the value is " + value.asText() + ", which is too large for JSON");
        }
        return value;
    }

    @SuppressWarnings("ReferenceEquality") // What is the same tree needs no copy; an equal one costs a walk.
    private static JsonNode list(Budget budget, ArrayNode list) {
        budget.bytes(2L + 2L * list.size());
        ArrayNode changed = null;
        for (int i = 0; i < list.size(); i++) {
            JsonNode element = list.get(i);
            JsonNode json = json(budget, element);
            if (json != element) {
                changed = changed == null ? Values.NODES.arrayNode().addAll(list) : changed;
                changed.set(i, json);
            }
        }
        return changed == null ? list : changed;
    }

    @SuppressWarnings("ReferenceEquality") // What is the same tree needs no copy; an equal one costs a walk.
    private static JsonNode object(Budget budget, ObjectNode object) {
        ObjectNode changed = null;
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            budget.bytes(4L + field.getKey().length());
            JsonNode json = json(budget, field.getValue());
            if (json != field.getValue()) {
                changed = changed == null ? Values.NODES.objectNode().setAll(object) : changed;
                changed.set(field.getKey(), json);
            }
        }
        return changed == null ? object : changed;
    }

    private static JsonNode foreign(Budget budget, @Nullable Object foreign) {
        return switch (foreign) {
            case Instant instant -> Values.of(instant.toString());
            case Duration duration -> Values.of(duration.toString());
            case Table table -> {
                budget.buildList(4L * table.size());
                ObjectNode object = Values.NODES.objectNode();
                table.byText().forEach((name, value) -> object.set(name, json(budget, value)));
                yield object;
            }
            case null, default -> throw new Failure("the value is a type, which JSON cannot hold");
        };
    }
}
