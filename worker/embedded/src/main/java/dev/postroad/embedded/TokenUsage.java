package dev.postroad.embedded;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The size of a prompt and its answer by the rule that a token is four characters, rounded up for each text. */
record TokenUsage(long prompt, long completion) {
    private static final int CHARACTERS_PER_TOKEN = 4;

    static TokenUsage of(ChatRequest request, String answer) {
        long prompt = request.messages().stream()
                .mapToLong(message -> tokens(message.text()))
                .sum();
        return new TokenUsage(prompt, tokens(answer));
    }

    ObjectNode toJson() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("prompt_tokens", prompt)
                .put("completion_tokens", completion)
                .put("total_tokens", prompt + completion);
    }

    private static long tokens(String text) {
        return Math.ceilDiv(text.codePointCount(0, text.length()), CHARACTERS_PER_TOKEN);
    }
}
