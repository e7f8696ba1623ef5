package dev.postroad.engine.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** The values of the cases: literals, and templates over a state. */
final class Values {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Pattern PLACE = Pattern.compile("\\{(\\w+)}");

    private Values() {}

    /** What a value stands for, given what a node sees and what people answered. */
    static JsonNode of(JsonNode value, JsonNode seen, List<JsonNode> answers) {
        if (value instanceof ArrayNode list) {
            ArrayNode all = NODES.arrayNode();
            list.forEach(element -> all.add(of(element, seen, answers)));
            return all;
        }
        if (!(value instanceof ObjectNode object)) {
            return value;
        }
        if (object.size() == 1 && object.fieldNames().next().startsWith("$")) {
            return special(object.properties().iterator().next(), seen, answers);
        }
        ObjectNode all = NODES.objectNode();
        object.properties().forEach(field -> all.set(field.getKey(), of(field.getValue(), seen, answers)));
        return all;
    }

    private static JsonNode special(Map.Entry<String, JsonNode> form, JsonNode seen, List<JsonNode> answers) {
        JsonNode argument = form.getValue();
        JsonNode named = seen.path(argument.asText());
        return switch (form.getKey()) {
            case "$tpl" -> NODES.textNode(filled(argument.asText(), seen));
            case "$path" -> named.isMissingNode() ? NullNode.instance : named;
            case "$inc" -> NODES.numberNode(named.asInt() + 1);
            case "$len" ->
                NODES.numberNode(named.isTextual() ? named.textValue().length() : named.size());
            case "$join" ->
                NODES.textNode(StreamSupport.stream(named.spliterator(), false)
                        .map(JsonNode::asText)
                        .collect(Collectors.joining(",")));
            case "$resume" -> answers.get(argument.asInt());
            case "$overwrite" -> NODES.objectNode().set("$overwrite", of(argument, seen, answers));
            default -> throw new IllegalArgumentException("no such value: " + form.getKey());
        };
    }

    private static String filled(String template, JsonNode seen) {
        return PLACE.matcher(template).replaceAll(place -> Matcher.quoteReplacement(shown(variable(place, seen))));
    }

    private static JsonNode variable(MatchResult place, JsonNode seen) {
        return switch (place.group(1)) {
            case "error_node" -> seen.path("error").path("node");
            case "error_message" -> seen.path("error").path("message");
            default -> seen.path(place.group(1));
        };
    }

    /** As Python shows it. */
    private static String shown(JsonNode value) {
        if (value instanceof ArrayNode list) {
            return StreamSupport.stream(list.spliterator(), false)
                    .map(element -> element.isTextual() ? "'" + element.textValue() + "'" : shown(element))
                    .collect(Collectors.joining(", ", "[", "]"));
        }
        return value.isMissingNode() || value.isNull() ? "None" : value.asText();
    }

    /** The value as CEL over {@code state}. */
    static String cel(JsonNode value) {
        if (value instanceof ArrayNode list) {
            return StreamSupport.stream(list.spliterator(), false)
                    .map(Values::cel)
                    .collect(Collectors.joining(", ", "[", "]"));
        }
        if (!(value instanceof ObjectNode object)) {
            return value.toString();
        }
        if (object.size() == 1 && object.fieldNames().next().startsWith("$")) {
            Map.Entry<String, JsonNode> form = object.properties().iterator().next();
            String channel = celOfChannel(form.getValue().asText());
            return switch (form.getKey()) {
                case "$tpl" -> celOfTemplate(form.getValue().asText());
                case "$path" -> channel;
                case "$inc" -> channel + " + 1";
                case "$len" -> "size(" + channel + ")";
                case "$join" -> channel + ".join(',')";
                default -> throw new IllegalArgumentException("no such value in a route: " + form.getKey());
            };
        }
        return object.properties().stream()
                .map(field -> NODES.textNode(field.getKey()) + ": " + cel(field.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    /** A channel's value; null where it was never written, as Python's {@code get} gives it. */
    static String celOfChannel(String name) {
        return "(has(state." + name + ") ? state." + name + " : null)";
    }

    private static String celOfTemplate(String template) {
        StringBuilder text = new StringBuilder("''");
        Matcher places = PLACE.matcher(template);
        int from = 0;
        while (places.find()) {
            text.append(" + ").append(NODES.textNode(template.substring(from, places.start())));
            text.append(" + string(state.").append(places.group(1)).append(')');
            from = places.end();
        }
        return text.append(" + ")
                .append(NODES.textNode(template.substring(from)))
                .toString();
    }
}
