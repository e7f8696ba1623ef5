package dev.postroad.runtime.agent.llm;

import org.jspecify.annotations.Nullable;

/** What the reason says with which a model ends: whether its answer is whole. */
enum Ending {
    /** It said all that it had to say, or gave a reason that nobody knows. */
    WHOLE(""),
    /** It ran out of tokens. */
    LENGTH("llm.length"),
    /** It, or what watches over it, kept something back. */
    FILTERED("llm.content-filter"),
    /** It wants something done before it answers. */
    TOOLS("llm.tool-calls"),
    /** Its server failed. */
    BROKEN("llm.stream");

    private final String type;

    Ending(String type) {
        this.type = type;
    }

    /** The type of the fault that it is. */
    String type() {
        return type;
    }

    /** @param reason as OpenAI, Anthropic, and those who speak like them, say it; null where none came */
    static Ending of(@Nullable String reason) {
        return switch (reason) {
            case "length", "max_tokens", "model_length", "model_context_window_exceeded", "pause_turn" -> LENGTH;
            case "content_filter", "refusal", "safety", "sensitive" -> FILTERED;
            case "tool_calls", "tool_use", "function_call" -> TOOLS;
            case "error", "abort", "aborted", "cancelled", "network_error", "insufficient_system_resource" -> BROKEN;
            case null, default -> WHOLE;
        };
    }
}
