package dev.postroad.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** What the simulated model takes from a chat completions request; all else is ignored. */
record ChatRequest(String model, List<Message> messages, Delivery delivery, Optional<JsonShape> answerShape) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** How the answer is wanted. */
    enum Delivery {
        WHOLE,
        STREAMED,
        STREAMED_WITH_USAGE
    }

    /** One message; its text is that of all its parts. */
    record Message(String role, String text) {}

    ChatRequest {
        messages = List.copyOf(messages);
    }

    static ChatRequest parse(byte[] body) {
        JsonNode request = readObject(body);
        List<Message> messages = messages(request.path("messages"));
        return new ChatRequest(
                request.path("model").asText(SimulatedModelServer.MODEL),
                messages,
                delivery(request),
                answerShape(request.path("response_format"), messages));
    }

    private static JsonNode readObject(byte[] body) {
        try {
            JsonNode request = JSON.readTree(body);
            if (!request.isObject()) {
                throw RequestRefused.invalid("The request is not a JSON object");
            }
            return request;
        } catch (IOException notJson) {
            throw RequestRefused.invalid("The request is not JSON: " + notJson.getMessage());
        }
    }

    private static List<Message> messages(JsonNode messages) {
        if (!messages.isArray() || messages.isEmpty()) {
            throw RequestRefused.invalid("'messages' must be an array of at least one message");
        }
        List<Message> parsed = new ArrayList<>();
        for (JsonNode message : messages) {
            if (!message.path("role").isTextual()) {
                throw RequestRefused.invalid("messages[" + parsed.size() + "] must be an object with a 'role'");
            }
            parsed.add(new Message(message.path("role").asText(), text(message.path("content"))));
        }
        return parsed;
    }

    private static String text(JsonNode content) {
        if (!content.isArray()) {
            return content.asText("");
        }
        return StreamSupport.stream(content.spliterator(), false)
                .map(part -> part.path("text").asText(""))
                .collect(Collectors.joining("\n"));
    }

    private static Delivery delivery(JsonNode request) {
        if (!request.path("stream").asBoolean()) {
            return Delivery.WHOLE;
        }
        boolean usage = request.path("stream_options").path("include_usage").asBoolean();
        return usage ? Delivery.STREAMED_WITH_USAGE : Delivery.STREAMED;
    }

    private static Optional<JsonShape> answerShape(JsonNode format, List<Message> messages) {
        return switch (format.path("type").asText("text")) {
            case "text" -> Optional.empty();
            case "json_object" -> Optional.of(JsonShape.ofInstruction(allText(messages)));
            case "json_schema" -> Optional.of(JsonShape.ofSchema(schema(format)));
            default -> throw RequestRefused.invalid("'response_format.type' must be text, json_object or json_schema");
        };
    }

    private static JsonNode schema(JsonNode format) {
        JsonNode schema = format.path("json_schema").path("schema");
        if (!schema.isObject()) {
            throw RequestRefused.invalid("'response_format.json_schema.schema' must be an object");
        }
        return schema;
    }

    private static String allText(List<Message> messages) {
        return messages.stream().map(Message::text).collect(Collectors.joining("\n"));
    }
}
