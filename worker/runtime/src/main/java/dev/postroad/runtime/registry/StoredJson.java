package dev.postroad.runtime.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.nio.charset.StandardCharsets;

/** JSON objects in columns. */
final class StoredJson {
    private StoredJson() {}

    static String text(ObjectNode json) {
        return new String(Json.bytes(json), StandardCharsets.UTF_8);
    }

    /**
     * What is stored; an empty object where it is none, so that what cannot be read is found out where it is used, and
     * keeps nobody from reading the rest.
     */
    static ObjectNode object(String json) {
        try {
            return Json.read(json) instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
        } catch (FaultsException unreadable) {
            return JsonNodeFactory.instance.objectNode();
        }
    }
}
