package dev.postroad.runtime.history.rows;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the JSON of all rooms is made of: times as ISO-8601, no nulls. */
public final class JsonFields {
    private JsonFields() {}

    /** A text, where there is one. */
    public static void put(ObjectNode json, String field, @Nullable String text) {
        if (text != null) {
            json.put(field, text);
        }
    }

    /** Nothing yet. */
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** A time, where there is one. */
    public static void put(ObjectNode json, String field, @Nullable Instant time) {
        if (time != null) {
            json.put(field, time.toString());
        }
    }

    /** A list of texts. */
    public static ArrayNode texts(List<String> texts) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode(texts.size());
        texts.forEach(json::add);
        return json;
    }

    /** A list of whatever of these. */
    public static <T> ArrayNode list(List<T> elements, Function<T, ObjectNode> tree) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode(elements.size());
        elements.forEach(element -> json.add(tree.apply(element)));
        return json;
    }
}
