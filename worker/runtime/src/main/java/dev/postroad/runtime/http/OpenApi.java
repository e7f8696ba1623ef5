package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * The description of this API, with the schemas of messages in it that lie beside it in contracts.
 *
 * <p>Generators know neither definitions within a schema nor addresses of schemas. So what a schema defines for itself
 * becomes a schema of the document: the {@code runId} of {@code Trigger} is {@code TriggerRunId} there. Nor do they make a
 * type of what is one thing or a list of them, of texts or objects, or of alternatives with a default, that compiles: these
 * are any JSON there, and exact in the schemas.
 */
final class OpenApi {
    private static final String FOLDER = "/postroad/";
    private static final String REFERENCE = "$ref";
    private static final String DEFINITIONS = "$defs";
    private static final String LOCAL = "#/" + DEFINITIONS + "/";
    private static final String SCHEMAS = "#/components/schemas/";

    private static final List<String> UNIONS = List.of("oneOf", "anyOf");

    private OpenApi() {}

    static ObjectNode document() {
        ObjectNode document = read("openapi.json");
        ObjectNode schemas = (ObjectNode) document.at("/components/schemas");
        for (Map.Entry<String, JsonNode> schema : List.copyOf(schemas.properties())) {
            String file = schema.getValue().path(REFERENCE).asText();
            if (file.startsWith("schemas/")) {
                bring(schema.getKey(), read(file), schemas);
            }
        }
        simplify(document, schemas);
        dropUnused(document, schemas);
        return document;
    }

    private static void dropUnused(ObjectNode document, ObjectNode schemas) {
        Set<String> used = new TreeSet<>();
        int before;
        do {
            before = schemas.size();
            used.clear();
            document.findValuesAsText(REFERENCE).forEach(used::add);
            schemas.retain(schemas.properties().stream()
                    .map(Map.Entry::getKey)
                    .filter(name -> used.contains(SCHEMAS + name))
                    .toList());
        } while (schemas.size() < before);
    }

    private static void simplify(JsonNode part, ObjectNode schemas) {
        part.forEach(inner -> simplify(inner, schemas));
        for (String union : UNIONS) {
            if (part instanceof ObjectNode schema && schema.path(union).isArray()) {
                simplify(schema, union, schemas);
            }
        }
    }

    private static void simplify(ObjectNode schema, String union, ObjectNode schemas) {
        Set<String> types = new TreeSet<>();
        schema.get(union).forEach(alternative -> types.add(type(alternative, schemas)));
        types.remove("null");
        if (types.size() > 1 || types.contains("array")) {
            schema.remove(union);
            schema.put(
                    "description",
                    (schema.path("description").asText() + " Any of: " + String.join(", ", types)).strip());
        } else if (schema.has("default") && types.contains("string")) {
            schema.remove(union);
            schema.put("type", "string");
        }
    }

    private static String type(JsonNode alternative, ObjectNode schemas) {
        String reference = alternative.path(REFERENCE).asText();
        if (!reference.isEmpty()) {
            return type(schemas.path(reference.substring(SCHEMAS.length())), schemas);
        }
        boolean isText = alternative.has("enum") || alternative.has("const") || alternative.has("format");
        return alternative.path("type").asText(isText ? "string" : "object");
    }

    private static void bring(String name, ObjectNode schema, ObjectNode schemas) {
        schema.remove(List.of("$schema", "$id"));
        redirect(schema, name);
        JsonNode definitions = schema.remove(DEFINITIONS);
        schemas.set(name, schema);
        if (definitions == null) {
            return;
        }
        definitions.properties().forEach(definition -> {
            String global = global(name, definition.getKey());
            if (schemas.putIfAbsent(global, definition.getValue()) != null) {
                throw new IllegalStateException(global + " stands for two schemas");
            }
        });
    }

    private static void redirect(JsonNode schema, String name) {
        if (schema instanceof ObjectNode object
                && object.path(REFERENCE).asText().startsWith(LOCAL)) {
            String local = object.get(REFERENCE).asText().substring(LOCAL.length());
            object.put(REFERENCE, SCHEMAS + global(name, local));
        }
        schema.forEach(part -> redirect(part, name));
    }

    private static String global(String name, String local) {
        return name + Character.toUpperCase(local.charAt(0)) + local.substring(1);
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
