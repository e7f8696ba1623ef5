package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a conversation from a channel of messages, in the forms that are about: {@code {"role": "user" | "assistant" |
 * "system", "content"}}, or with LangChain's {@code "type": "human" | "ai" | "system"}; content is a text or a list of
 * parts, whose texts count. Messages of tools are left out, and so are those without a text. Thread-safe.
 */
final class History {
    private History() {}

    /** @throws IllegalArgumentException where it is no list of messages; says which one is none */
    static List<ChatMessage> read(String name, JsonNode messages) {
        if (messages.isMissingNode() || messages.isNull()) {
            return List.of();
        }
        if (!messages.isArray()) {
            throw new IllegalArgumentException(name + " is no list of messages");
        }
        List<ChatMessage> read = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            add(read, name + "[" + i + "]", messages.get(i));
        }
        return read;
    }

    private static void add(List<ChatMessage> read, String place, JsonNode message) {
        String role = message.path("role").asText(message.path("type").asText());
        String text = text(message.path("content"));
        boolean isKnown = true;
        if (!text.isBlank()) {
            switch (role) {
                case "user", "human" -> read.add(UserMessage.from(text));
                case "assistant", "ai" -> read.add(AiMessage.from(text));
                case "system", "developer" -> read.add(SystemMessage.from(text));
                case "tool", "function" -> {}
                default -> isKnown = false;
            }
        }
        if (!isKnown) {
            throw new IllegalArgumentException(place + " has the role \"" + role
                    + "\"; write {\"role\": \"user\", \"content\": …}, or assistant, or system");
        }
    }

    private static String text(JsonNode content) {
        if (content.isTextual()) {
            return content.textValue();
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            text.append(part.isTextual() ? part.textValue() : part.path("text").asText());
        }
        return text.toString();
    }
}
