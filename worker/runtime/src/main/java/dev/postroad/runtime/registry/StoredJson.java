package dev.postroad.runtime.registry;

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

    static ObjectNode object(String json) {
        try {
            return (ObjectNode) Json.read(json);
        } catch (FaultsException corrupt) {
            throw new IllegalStateException("a stored definition cannot be read", corrupt);
        }
    }
}
