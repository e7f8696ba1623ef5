package dev.postroad.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/** Makes a JSON value of the shape that a request asks for, from the words of its prompt. */
final class JsonAnswer {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int LIST_LENGTH = 3;
    private static final int GOOD_ENOUGH = 7;

    private final Prompt prompt;

    JsonAnswer(Prompt prompt) {
        this.prompt = prompt;
    }

    JsonNode value(String key, JsonShape shape) {
        return switch (shape) {
            case JsonShape.Keys keys -> object(keys);
            case JsonShape.ListOf list -> list(key, list.item());
            case JsonShape.OneOf choice ->
                choice.values().get(Math.floorMod(hash(key), choice.values().size()));
            case JsonShape.Whole range -> JSON.numberNode(whole(key, range));
            case JsonShape.Decimal range -> JSON.numberNode(decimal(key, range));
            case JsonShape.Flag() -> JSON.booleanNode(score() >= GOOD_ENOUGH);
            case JsonShape.Text() -> JSON.textNode(text(key));
        };
    }

    private ObjectNode object(JsonShape.Keys keys) {
        ObjectNode object = JSON.objectNode();
        keys.shapes().forEach((key, shape) -> object.set(key, value(key, shape)));
        return object;
    }

    private JsonNode list(String key, JsonShape item) {
        if (item instanceof JsonShape.Text) {
            List<String> subjects = prompt.subjects(LIST_LENGTH);
            return JSON.arrayNode().addAll(subjects.stream().map(JSON::textNode).toList());
        }
        var list = JSON.arrayNode();
        for (int index = 0; index < LIST_LENGTH; index++) {
            list.add(value(key + index, item));
        }
        return list;
    }

    private long whole(String key, JsonShape.Whole range) {
        if (key.equals("score")) {
            return Math.clamp(score(), range.lowest(), Math.max(range.lowest(), range.highest()));
        }
        long width = Math.max(1, range.highest() - range.lowest() + 1);
        return range.lowest() + Math.floorMod(hash(key), width);
    }

    private double decimal(String key, JsonShape.Decimal range) {
        double share = Math.floorMod(hash(key), 101) / 100.0;
        return Math.round((range.lowest() + share * (range.highest() - range.lowest())) * 100) / 100.0;
    }

    private String text(String key) {
        return switch (key.toLowerCase(Locale.ROOT)) {
            case "title", "headline", "name", "subject" -> prompt.product() + " for " + prompt.audience();
            case "product" -> prompt.product();
            case "audience" -> prompt.audience();
            case "answer", "text", "body", "content", "copy", "draft" -> Voices.paragraph(prompt);
            default -> Voices.sentence(prompt, key);
        };
    }

    /** Improves with each revision, so that a loop of draft and review comes to its end. */
    private int score() {
        return prompt.revision().isPresent()
                ? Math.min(10, 4 + 2 * prompt.revision().getAsInt())
                : 7;
    }

    private int hash(String key) {
        return 31 * prompt.seed() + key.hashCode();
    }
}
