package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.runtime.agent.attempt.FaultedException;
import dev.postroad.runtime.agent.attempt.RemoteFaults;

/**
 * Reads messages in Anthropic's form. Of its blocks only texts are the answer, and the calls of tools that it asks for:
 * what it thinks is none.
 */
record AnthropicReader(ModelAnswer answer, RemoteFaults faults) implements AnswerReader {
    @Override
    public void take(JsonNode event) {
        switch (event.path("type").asText()) {
            case "message_start" -> noteUse(event.path("message"));
            case "content_block_start" -> {
                say(event.path("content_block"), "text");
                call(event.path("index").asInt(), event.path("content_block"));
            }
            case "content_block_delta" -> {
                say(event.path("delta"), "text_delta");
                goOn(event.path("index").asInt(), event.path("delta"));
            }
            case "message_delta" -> {
                noteEnd(event.path("delta"));
                if (event.path("usage").path("output_tokens").isNumber()) {
                    answer.wrote(event.path("usage").path("output_tokens").asLong());
                }
            }
            case "message_stop" -> answer.end();
            default -> {
                // Pings, and what newer releases add.
            }
        }
    }

    @Override
    public void takeWhole(JsonNode message) {
        if (!message.path("content").isArray()) {
            throw new FaultedException(faults.badAnswer("the answer holds no content, as a message does: " + message));
        }
        noteUse(message);
        int number = 0;
        for (JsonNode block : message.path("content")) {
            say(block, "text");
            call(number++, block);
        }
        noteEnd(message);
        answer.end();
    }

    private void say(JsonNode block, String type) {
        if (block.path("type").asText().equals(type)) {
            answer.say(block.path("text").asText());
        }
    }

    /** In a stream the input is empty at first, and comes in pieces. */
    private void call(int number, JsonNode block) {
        if (block.path("type").asText().equals("tool_use")) {
            JsonNode input = block.path("input");
            answer.call(
                    number,
                    block.path("id").asText(""),
                    block.path("name").asText(""),
                    input.isEmpty() ? "" : input.toString());
        }
    }

    private void goOn(int number, JsonNode delta) {
        if (delta.path("type").asText().equals("input_json_delta")) {
            answer.call(number, "", "", delta.path("partial_json").asText(""));
        }
    }

    private void noteEnd(JsonNode message) {
        if (message.path("stop_reason").isTextual()) {
            answer.finish(message.path("stop_reason").textValue());
        }
    }

    /** What is read from a cache is read all the same. */
    private void noteUse(JsonNode message) {
        if (message.path("model").isTextual()) {
            answer.model(message.path("model").textValue());
        }
        JsonNode usage = message.path("usage");
        long input = usage.path("input_tokens").asLong()
                + usage.path("cache_creation_input_tokens").asLong()
                + usage.path("cache_read_input_tokens").asLong();
        answer.used(input, usage.path("output_tokens").asLong());
    }
}
