package dev.postroad.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/** The form of JSON value that a request asks the simulated model for. */
sealed interface JsonShape {
    /** An object; the order of its keys is that of the request. */
    record Keys(SequencedMap<String, JsonShape> shapes) implements JsonShape {}

    record ListOf(JsonShape item) implements JsonShape {}

    record OneOf(List<JsonNode> values) implements JsonShape {
        public OneOf {
            values = List.copyOf(values);
        }
    }

    record Whole(long lowest, long highest) implements JsonShape {}

    record Decimal(double lowest, double highest) implements JsonShape {}

    record Flag() implements JsonShape {}

    record Text() implements JsonShape {}

    Pattern INSTRUCTION = Pattern.compile("(?i)answer as json with the keys:[ \\t]*(.+)");
    Pattern KEY_AND_TYPE = Pattern.compile("([\\w.-]+)[\"']?(?:\\s*\\(([^()]*)\\))?");
    Pattern RANGE = Pattern.compile("(-?\\d+(?:\\.\\d+)?)\\s*(?:-|–|to|\\.\\.)\\s*(-?\\d+(?:\\.\\d+)?)");

    /** From the line "Answer as JSON with the keys: name (type), …"; where there is none, one key {@code answer}. */
    static JsonShape ofInstruction(String prompt) {
        SequencedMap<String, JsonShape> shapes = new LinkedHashMap<>();
        Matcher instruction = INSTRUCTION.matcher(prompt);
        if (instruction.find()) {
            KEY_AND_TYPE.matcher(instruction.group(1)).results().forEach(key -> {
                String type = key.group(2);
                shapes.put(key.group(1), type == null ? new Text() : ofType(type.toLowerCase(Locale.ROOT)));
            });
        }
        if (shapes.isEmpty()) {
            shapes.put("answer", new Text());
        }
        return new Keys(shapes);
    }

    /** From the parts of JSON Schema that structured output is used with: types, ranges, enums, nesting. */
    static JsonShape ofSchema(JsonNode schema) {
        if (schema.path("enum").isArray() && !schema.path("enum").isEmpty()) {
            return new OneOf(StreamSupport.stream(schema.path("enum").spliterator(), false)
                    .toList());
        }
        return switch (typeOf(schema)) {
            case "object" -> ofProperties(schema.path("properties"));
            case "array" -> new ListOf(ofSchema(schema.path("items")));
            case "integer" ->
                new Whole(
                        schema.path("minimum").asLong(0), schema.path("maximum").asLong(10));
            case "number" ->
                new Decimal(
                        schema.path("minimum").asDouble(0),
                        schema.path("maximum").asDouble(1));
            case "boolean" -> new Flag();
            default -> new Text();
        };
    }

    private static JsonShape ofType(String type) {
        if (type.startsWith("array") || type.startsWith("list")) {
            int of = type.indexOf(" of ");
            return new ListOf(of < 0 ? new Text() : ofType(type.substring(of + " of ".length())));
        }
        if (type.startsWith("int")) {
            Decimal range = range(type, 0, 10);
            return new Whole((long) range.lowest(), (long) range.highest());
        }
        if (type.startsWith("number")) {
            return range(type, 0, 1);
        }
        return type.startsWith("bool") ? new Flag() : new Text();
    }

    private static Decimal range(String type, double lowest, double highest) {
        Matcher range = RANGE.matcher(type);
        if (!range.find()) {
            return new Decimal(lowest, highest);
        }
        return new Decimal(Double.parseDouble(range.group(1)), Double.parseDouble(range.group(2)));
    }

    /** A type that may also be null is written as an array. */
    private static String typeOf(JsonNode schema) {
        JsonNode type = schema.path("type").isArray() ? schema.path("type").path(0) : schema.path("type");
        return type.asText(schema.has("properties") ? "object" : "string");
    }

    private static JsonShape ofProperties(JsonNode properties) {
        SequencedMap<String, JsonShape> shapes = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> property : properties.properties()) {
            shapes.put(property.getKey(), ofSchema(property.getValue()));
        }
        return new Keys(shapes);
    }
}
