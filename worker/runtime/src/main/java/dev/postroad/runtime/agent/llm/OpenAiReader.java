package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.runtime.agent.attempt.FaultedException;
import dev.postroad.runtime.agent.attempt.RemoteFaults;

/**
 * Reads chat completions in OpenAI's form, as widely as those write it who speak like OpenAI: content as a text or a list
 * of parts, choices absent or empty, usage absent, null, or in a chunk of its own. What a model thinks before it answers
 * is no part of the answer.
 */
record OpenAiReader(ModelAnswer answer, RemoteFaults faults) implements AnswerReader {
    @Override
    public void take(JsonNode chunk) {
        noteUse(chunk);
        JsonNode choice = chunk.path("choices").path(0);
        JsonNode said = choice.path("delta").isObject() ? choice.path("delta") : choice.path("message");
        say(said.path("content"));
        said.path("tool_calls").forEach(this::call);
        if (said.path("refusal").isTextual()) {
            answer.refuse(said.path("refusal").textValue());
        }
        if (choice.path("finish_reason").isTextual()) {
            answer.finish(choice.path("finish_reason").textValue());
        }
    }

    @Override
    public void takeWhole(JsonNode completion) {
        if (!completion.path("choices").path(0).isObject()) {
            throw new FaultedException(
                    faults.badAnswer("the answer holds no choices, as a chat completion does: " + completion));
        }
        take(completion);
        answer.end();
    }

    private void say(JsonNode content) {
        if (content.isTextual()) {
            answer.say(content.textValue());
        }
        for (JsonNode part : content) {
            JsonNode text = part.isTextual() ? part : part.path("text");
            answer.say(text.isObject() ? text.path("value").asText() : text.asText());
        }
    }

    /** A piece belongs to the call of its index; without one, what has an id begins a call, and all else goes on with the last. */
    private void call(JsonNode piece) {
        String id = piece.path("id").asText("");
        int last = answer.lastCall();
        int next = id.isEmpty() && last >= 0 ? last : last + 1;
        int number = piece.path("index").isInt() ? piece.path("index").intValue() : next;
        JsonNode arguments = piece.path("function").path("arguments");
        answer.call(
                number,
                id,
                piece.path("function").path("name").asText(""),
                arguments.isContainerNode() ? arguments.toString() : arguments.asText(""));
    }

    private void noteUse(JsonNode chunk) {
        if (chunk.path("model").isTextual()) {
            answer.model(chunk.path("model").textValue());
        }
        JsonNode usage = chunk.path("usage");
        if (usage.isObject()) {
            answer.used(
                    usage.path("prompt_tokens").asLong(),
                    usage.path("completion_tokens").asLong());
        }
        if (usage.path("cost").isNumber()) {
            answer.cost(usage.path("cost").decimalValue());
        }
    }
}
