package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * A map that has keys other than texts, which JSON's objects cannot have. Numbers are the same key however they are
 * written. Not changed once it is built.
 */
final class Table {
    /** An entry, with the key as it was given. */
    record Entry(JsonNode key, JsonNode value) {}

    private final SequencedMap<Object, Entry> entries = new LinkedHashMap<>();

    void put(JsonNode key, JsonNode value) {
        if (entries.putIfAbsent(key(key), new Entry(key, value)) != null) {
            throw new Failure("duplicate map key " + key);
        }
    }

    @Nullable
    JsonNode get(JsonNode key) {
        Entry entry = key.isNumber() || key.isBoolean() || key.isTextual() ? entries.get(key(key)) : null;
        return entry == null ? null : entry.value();
    }

    int size() {
        return entries.size();
    }

    Iterable<Entry> entries() {
        return entries.values();
    }

    ArrayNode keys() {
        ArrayNode keys = Values.NODES.arrayNode(entries.size());
        entries.values().forEach(entry -> keys.add(entry.key()));
        return keys;
    }

    boolean isSame(Budget budget, JsonNode other) {
        if (Values.foreign(other) instanceof Table table) {
            return table.size() == size()
                    && entries.values().stream().allMatch(entry -> isSame(budget, entry, table.get(entry.key())));
        }
        return other instanceof ObjectNode object
                && object.size() == size()
                && entries.values().stream()
                        .allMatch(entry -> entry.key().isTextual()
                                && isSame(budget, entry, object.get(entry.key().textValue())));
    }

    private static boolean isSame(Budget budget, Entry entry, @Nullable JsonNode value) {
        return value != null && Comparison.isSame(budget, entry.value(), value);
    }

    private static Object key(JsonNode key) {
        return switch (key.getNodeType()) {
            case STRING -> key.textValue();
            case BOOLEAN -> key.booleanValue();
            case NUMBER -> Numbers.key(key);
            case ARRAY, OBJECT, BINARY, NULL, MISSING, POJO ->
                throw new Failure("a map's key must be a text, a number or a truth, but is " + Values.describe(key));
        };
    }

    /** As an object of JSON, its keys written as texts. */
    Map<String, JsonNode> byText() {
        Map<String, JsonNode> texts = new LinkedHashMap<>();
        for (Entry entry : entries.values()) {
            String name = entry.key().asText();
            if (texts.putIfAbsent(name, entry.value()) != null) {
                throw new Failure("two keys of an object are both " + name + " in JSON");
            }
        }
        return texts;
    }
}
