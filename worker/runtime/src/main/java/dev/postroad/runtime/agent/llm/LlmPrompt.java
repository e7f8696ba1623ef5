package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.input.PromptTemplate;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns the input of a call into what a model is told. Thread-safe. */
final class LlmPrompt {
    private final @Nullable SystemMessage system;
    private final @Nullable PromptTemplate template;

    private LlmPrompt(@Nullable SystemMessage system, @Nullable PromptTemplate template) {
        this.system = system;
        this.template = template;
    }

    static LlmPrompt of(LlmSettings settings, InstantSource clock) {
        String system = settings.system();
        String prompt = settings.prompt();
        return new LlmPrompt(
                system == null ? null : SystemMessage.from(system),
                prompt == null ? null : PromptTemplate.from(prompt, clock.withZone(ZoneOffset.UTC)));
    }

    /**
     * The messages for an input.
     *
     * @throws IllegalArgumentException where the input lacks a variable of the template, or nothing is left to say
     */
    List<ChatMessage> messages(JsonNode input) {
        List<ChatMessage> messages = new ArrayList<>();
        if (system != null) {
            messages.add(system);
        }
        messages.add(
                template == null
                        ? UserMessage.from(input.toString())
                        : template.apply(variables(input)).toUserMessage());
        return messages;
    }

    private static Map<String, Object> variables(JsonNode input) {
        Map<String, Object> variables = new HashMap<>();
        input.properties().forEach(field -> variables.put(field.getKey(), shown(field.getValue())));
        return variables;
    }

    private static String shown(JsonNode value) {
        return value.isTextual() ? value.textValue() : value.toString();
    }
}
