package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.TokenUsage;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.agent.attempt.Answers;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Makes a reply of what a model said. Thread-safe. */
record LlmAnswer(LlmSettings.Response kind, int maxBytes, RemoteFaults faults) {

    AgentReply read(@Nullable ChatResponse response) {
        if (response == null) {
            return AgentReply.retryable("llm.no-answer", "the model said nothing");
        }
        String text = response.aiMessage().text();
        String content = text == null ? "" : text;
        if (content.getBytes(StandardCharsets.UTF_8).length > maxBytes) {
            return faults.tooLarge(maxBytes);
        }
        Usage usage = usage(response.tokenUsage());
        return switch (kind) {
            case TEXT -> Answers.checked("llm", new Completed(text(content), usage));
            case JSON -> json(content, usage);
        };
    }

    private static ObjectNode text(String content) {
        return JsonNodeFactory.instance.objectNode().put("text", content);
    }

    private AgentReply json(String content, Usage usage) {
        try {
            if (Json.read(content) instanceof ObjectNode object) {
                return new Completed(object, usage);
            }
        } catch (FaultsException notJson) {
            return badJson(RemoteFaults.joined(notJson.faults()), content);
        }
        return badJson("the value is no object", content);
    }

    private AgentReply badJson(String problem, String content) {
        String message = "asked for a JSON object, but " + problem + ": " + content;
        return AgentReply.retryable("llm.bad-json", faults.excerpt().of(message));
    }

    private static Usage usage(@Nullable TokenUsage counted) {
        return counted == null
                ? Usage.NONE
                : new Usage(tokens(counted.inputTokenCount()), tokens(counted.outputTokenCount()));
    }

    private static int tokens(@Nullable Integer count) {
        return count == null ? 0 : Math.max(0, count);
    }
}
