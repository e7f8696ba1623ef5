package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;

/** The description of this API, with the schemas of messages in it that lie beside it in contracts. */
final class OpenApi {
    private static final String FOLDER = "/postroad/";
    private static final String REFERENCE = "$ref";

    private OpenApi() {}

    static ObjectNode document() {
        ObjectNode document = read("openapi.json");
        ObjectNode schemas = (ObjectNode) document.at("/components/schemas");
        for (Map.Entry<String, JsonNode> schema : schemas.properties()) {
            String file = schema.getValue().path(REFERENCE).asText();
            if (file.startsWith("schemas/")) {
                schema.setValue(read(file));
            }
        }
        return document;
    }

    private static ObjectNode read(String file) {
        try (InputStream in = Objects.requireNonNull(OpenApi.class.getResourceAsStream(FOLDER + file), file)) {
            return (ObjectNode) Json.readOwn(in.readAllBytes());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(file, unreadable);
        } catch (FaultsException faults) {
            throw new IllegalStateException(file, faults);
        }
    }
}
