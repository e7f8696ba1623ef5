package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The values of expressions: JSON's, and those that CEL has beside them, which are carried in nodes of their own kinds:
 * bytes, times, durations, types, and maps whose keys are not texts.
 */
final class Values {
    static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Values() {}

    /** A type by its names in CEL: a whole number that is written with a point is both an int and a double. */
    record Type(Set<String> names) {
        static Type of(String name) {
            return new Type(Set.of(name));
        }

        boolean isSame(Type other) {
            return names.stream().anyMatch(other.names::contains);
        }
    }

    static JsonNode of(Object foreign) {
        return new POJONode(foreign);
    }

    static BooleanNode of(boolean truth) {
        return truth ? BooleanNode.TRUE : BooleanNode.FALSE;
    }

    static TextNode of(String text) {
        return TextNode.valueOf(text);
    }

    static BinaryNode of(byte[] bytes) {
        return BinaryNode.valueOf(bytes);
    }

    /** What a node carries that JSON does not know; null for JSON's own values. */
    static @Nullable Object foreign(JsonNode value) {
        return value instanceof POJONode carrier ? carrier.getPojo() : null;
    }

    static boolean truth(JsonNode value, String user) {
        if (value instanceof BooleanNode truth) {
            return truth.booleanValue();
        }
        throw new Failure(user + " takes true or false, but got " + describe(value));
    }

    static String text(JsonNode value, String user) {
        if (value instanceof TextNode text) {
            return text.textValue();
        }
        throw new Failure(user + " takes a text, but got " + describe(value));
    }

    static ArrayNode list(JsonNode value, String user) {
        if (value instanceof ArrayNode list) {
            return list;
        }
        throw new Failure(user + " takes a list, but got " + describe(value));
    }

    /** A value in words, for messages. */
    static String describe(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "a text";
            case NUMBER -> "a number";
            case BOOLEAN -> value.booleanValue() ? "true" : "false";
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            case BINARY -> "bytes";
            case NULL, MISSING -> "null";
            case POJO -> describe(foreign(value));
        };
    }

    private static String describe(@Nullable Object foreign) {
        return switch (foreign) {
            case Instant ignored -> "a timestamp";
            case Duration ignored -> "a duration";
            case Type ignored -> "a type";
            case null, default -> "a map";
        };
    }

    static Type type(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> Type.of("string");
            case NUMBER -> Numbers.type(value);
            case BOOLEAN -> Type.of("bool");
            case ARRAY -> Type.of("list");
            case OBJECT -> Type.of("map");
            case BINARY -> Type.of("bytes");
            case NULL, MISSING -> Type.of("null_type");
            case POJO -> type(foreign(value));
        };
    }

    private static Type type(@Nullable Object foreign) {
        return switch (foreign) {
            case Instant ignored -> Type.of("google.protobuf.Timestamp");
            case Duration ignored -> Type.of("google.protobuf.Duration");
            case Type ignored -> Type.of("type");
            case null, default -> Type.of("map");
        };
    }

    /** The number of elements, entries, characters or bytes. */
    static JsonNode size(Budget budget, JsonNode value) {
        if (value instanceof TextNode text) {
            budget.read(text.textValue());
            return Numbers.whole(
                    text.textValue().codePointCount(0, text.textValue().length()));
        }
        if (value instanceof BinaryNode bytes) {
            return Numbers.whole(bytes.binaryValue().length);
        }
        if (foreign(value) instanceof Table table) {
            return Numbers.whole(table.size());
        }
        if (value instanceof ArrayNode || value instanceof ObjectNode) {
            return Numbers.whole(value.size());
        }
        throw new Failure("size takes a text, a list, a map or bytes, but got " + describe(value));
    }
}
