package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns the input of a call into what a model is told. Thread-safe. */
final class LlmPrompt {
    private final @Nullable Template system;
    private final @Nullable Template prompt;
    private final @Nullable String history;

    private LlmPrompt(@Nullable Template system, @Nullable Template prompt, @Nullable String history) {
        this.system = system;
        this.prompt = prompt;
        this.history = history;
    }

    static LlmPrompt of(LlmTexts texts, InstantSource clock) {
        String system = texts.system();
        String prompt = texts.prompt();
        return new LlmPrompt(
                system == null ? null : Template.ofNames(system, clock),
                prompt == null ? null : Template.of(prompt, clock),
                texts.history());
    }

    /**
     * The messages for an input.
     *
     * @throws IllegalArgumentException where the input lacks a variable of a template, holds no conversation where one is
     *     due, or nothing is left to say
     */
    List<ChatMessage> messages(JsonNode input) {
        List<ChatMessage> messages = new ArrayList<>();
        if (system != null) {
            messages.add(SystemMessage.from(system.filled(input)));
        }
        if (history != null) {
            messages.addAll(History.read(history, input.path(history)));
        }
        if (prompt != null) {
            messages.add(UserMessage.from(prompt.filled(input)));
        } else if (history == null) {
            messages.add(UserMessage.from(input.toString()));
        }
        if (messages.stream().allMatch(SystemMessage.class::isInstance)) {
            throw new IllegalArgumentException("there is nothing to say: " + history + " holds no message");
        }
        return messages;
    }
}
