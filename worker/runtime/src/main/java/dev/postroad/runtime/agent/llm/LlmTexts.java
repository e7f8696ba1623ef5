package dev.postroad.runtime.agent.llm;

import dev.postroad.contracts.json.Fields;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a model is told.
 *
 * @param system the template of the system message; null for none
 * @param prompt the template of the user's message; null for the input as JSON, or for none where there is a history
 * @param history the field of the input that holds the conversation so far; null for none
 */
record LlmTexts(
        @Nullable String system,
        @Nullable String prompt,
        @Nullable String history) {
    static final List<String> FIELDS = List.of("system", "prompt", "history");

    private static final Pattern NOT_BLANK = Pattern.compile("(?s).*\\S.*");

    static LlmTexts read(Fields fields) {
        return new LlmTexts(
                fields.text("system", NOT_BLANK, "some text, or leave it out"),
                fields.text("prompt", NOT_BLANK, "some text, or leave it out"),
                fields.text("history", NOT_BLANK, "the name of a channel of messages"));
    }
}
