package dev.postroad.engine.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The reducer for conversations, as LangGraph's {@code add_messages}: a message whose {@code id} is there replaces it,
 * {@code {"type": "remove", "id": …}} removes it ({@code __remove_all__} all that came before), and any other is
 * appended. A message without an id is appended as it is: an id made up here would differ from replay to replay.
 */
final class Messages {
    private static final String ALL = "__remove_all__";

    private Messages() {}

    static @Nullable String refusal(JsonNode write) {
        if (write instanceof ArrayNode list) {
            for (JsonNode message : list) {
                if (!message.isObject()) {
                    return "messages takes objects, and lists of them";
                }
            }
            return null;
        }
        return write.isObject() ? null : "messages takes objects, and lists of them";
    }

    static ArrayNode merged(ArrayNode current, List<JsonNode> writes) throws ConflictException {
        List<@Nullable JsonNode> all = new ArrayList<>();
        Map<String, Integer> places = new HashMap<>();
        for (JsonNode message : current) {
            append(message, all, places);
        }
        for (JsonNode write : writes) {
            Iterable<JsonNode> messages = write instanceof ArrayNode list ? list : List.of(write);
            for (JsonNode message : messages) {
                apply(message, all, places);
            }
        }
        ArrayNode merged = JsonNodeFactory.instance.arrayNode(all.size());
        for (JsonNode message : all) {
            if (message != null) {
                merged.add(message);
            }
        }
        return merged;
    }

    private static void apply(JsonNode message, List<@Nullable JsonNode> all, Map<String, Integer> places)
            throws ConflictException {
        String id = message.path("id").asText("");
        Integer place = places.get(id);
        if (!message.path("type").asText().equals("remove")) {
            if (place == null) {
                append(message, all, places);
            } else {
                all.set(place, message);
            }
        } else if (id.equals(ALL)) {
            all.clear();
            places.clear();
        } else if (place == null) {
            throw new ConflictException("has no message " + id + " to remove");
        } else {
            all.set(place, null);
            places.remove(id);
        }
    }

    private static void append(JsonNode message, List<@Nullable JsonNode> all, Map<String, Integer> places) {
        String id = message.path("id").asText("");
        if (!id.isEmpty()) {
            places.put(id, all.size());
        }
        all.add(message);
    }
}
