package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cel.common.values.CelByteString;
import dev.postroad.contracts.json.Json;
import java.math.BigInteger;
import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Carries JSON into CEL and back. Objects and lists go in as views, so a large state costs only what is read of it. */
final class JsonValues {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private JsonValues() {}

    static Object toCel(JsonNode node) {
        return switch (node.getNodeType()) {
            case STRING -> node.textValue();
            case BOOLEAN -> node.booleanValue();
            case NUMBER -> number(node);
            case OBJECT -> new ObjectView((ObjectNode) node);
            case ARRAY -> new ListView((ArrayNode) node);
            case NULL, MISSING, BINARY, POJO -> dev.cel.common.values.NullValue.NULL_VALUE;
        };
    }

    private static Object number(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToLong() ? (Object) node.longValue() : node.doubleValue();
    }

    static JsonNode toJson(@Nullable Object value) throws ExpressionException {
        return switch (value) {
            case null -> NullNode.instance;
            case ObjectView view -> view.node;
            case ListView view -> view.node;
            case String text -> NODES.textNode(text);
            case Boolean truth -> NODES.booleanNode(truth);
            case Long whole -> Json.whole(whole);
            case Integer whole -> Json.whole(whole);
            case Double number -> finite(number);
            case com.google.common.primitives.UnsignedLong whole -> unsigned(whole.bigIntegerValue());
            case dev.cel.common.values.NullValue none -> NullNode.instance;
            case com.google.protobuf.NullValue none -> NullNode.instance;
            case CelByteString bytes -> NODES.textNode(Base64.getEncoder().encodeToString(bytes.toByteArray()));
            case java.time.Instant instant -> NODES.textNode(instant.toString());
            case java.time.Duration duration -> NODES.textNode(duration.toString());
            case Optional<?> optional -> toJson(optional.orElse(null));
            case Map<?, ?> map -> object(map);
            case Iterable<?> list -> list(list);
            default ->
                throw new ExpressionException(
                        "the value is of type " + value.getClass().getSimpleName() + ", which JSON cannot hold");
        };
    }

    private static JsonNode unsigned(BigInteger whole) {
        return whole.bitLength() < Long.SIZE ? Json.whole(whole.longValue()) : NODES.numberNode(whole);
    }

    private static JsonNode finite(double number) throws ExpressionException {
        if (!Double.isFinite(number)) {
            throw new ExpressionException("the value is " + number + ", which JSON cannot hold");
        }
        return NODES.numberNode(number);
    }

    private static ObjectNode object(Map<?, ?> map) throws ExpressionException {
        ObjectNode object = NODES.objectNode();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String key = String.valueOf(entry.getKey());
            if (object.has(key)) {
                throw new ExpressionException("two keys of an object are both " + key + " in JSON");
            }
            object.set(key, toJson(entry.getValue()));
        }
        return object;
    }

    private static ArrayNode list(Iterable<?> list) throws ExpressionException {
        ArrayNode array = NODES.arrayNode();
        for (Object element : list) {
            array.add(toJson(element));
        }
        return array;
    }

    private static final class ObjectView extends AbstractMap<String, Object> {
        private final ObjectNode node;

        ObjectView(ObjectNode node) {
            this.node = node;
        }

        @Override
        public boolean containsKey(@Nullable Object key) {
            return key instanceof String name && node.has(name);
        }

        @Override
        public @Nullable Object get(@Nullable Object key) {
            JsonNode value = key instanceof String name ? node.get(name) : null;
            return value == null ? null : toCel(value);
        }

        @Override
        public int size() {
            return node.size();
        }

        @Override
        public Set<Entry<String, Object>> entrySet() {
            return new AbstractSet<>() {
                @Override
                public Iterator<Entry<String, Object>> iterator() {
                    return node.properties().stream()
                            .map(field -> Map.entry(field.getKey(), toCel(field.getValue())))
                            .iterator();
                }

                @Override
                public int size() {
                    return node.size();
                }
            };
        }
    }

    private static final class ListView extends AbstractList<Object> implements List<Object> {
        private final ArrayNode node;

        ListView(ArrayNode node) {
            this.node = node;
        }

        @Override
        public Object get(int index) {
            return toCel(node.required(index));
        }

        @Override
        public int size() {
            return node.size();
        }
    }
}
