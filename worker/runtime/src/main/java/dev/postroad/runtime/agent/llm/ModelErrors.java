package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.agent.attempt.FaultedException;
import dev.postroad.runtime.agent.attempt.RemoteFaults;

/**
 * Knows the ways in which providers say in the middle of an answer that they failed. Their status was fine, so the request
 * was: another attempt may help. Thread-safe.
 */
final class ModelErrors {
    private ModelErrors() {}

    /** The same, or thrown as a fault where it is an error. */
    static JsonNode checked(JsonNode answer, RemoteFaults faults) {
        JsonNode said = answer.isArray() && answer.size() == 1 ? answer.get(0) : answer;
        JsonNode error =
                said.path("error").isMissingNode() || said.path("error").isNull()
                        ? said.path("choices").path(0).path("error")
                        : said.path("error");
        if (error.isObject() || error.isTextual()) {
            throw new FaultedException(fault(message(error), faults));
        }
        String kind = said.path("object").asText(said.path("type").asText());
        if (kind.equals("error")) {
            throw new FaultedException(fault(message(said), faults));
        }
        return said;
    }

    /** The fault of a model that broke off with these words. */
    static AgentReply fault(String words, RemoteFaults faults) {
        return AgentReply.retryable("llm.stream", faults.excerpt().of("the model broke off: " + words));
    }

    /** What the data of an event named error says. */
    static String message(String data) {
        try {
            JsonNode tree = Json.read(data);
            return message(tree.path("error").isMissingNode() ? tree : tree.path("error"));
        } catch (FaultsException plain) {
            return data;
        }
    }

    private static String message(JsonNode error) {
        JsonNode words = error.path("message");
        if (!words.isTextual() || words.textValue().isBlank()) {
            return error.isTextual() ? error.textValue() : error.toString();
        }
        StringBuilder message = new StringBuilder(words.textValue());
        String separator = " (";
        for (String detail : new String[] {"type", "code"}) {
            JsonNode value = error.path(detail);
            if (value.isValueNode() && !value.isNull() && !value.asText().equals("error")) {
                message.append(separator).append(value.asText());
                separator = ", ";
            }
        }
        return message + (separator.equals(", ") ? ")" : "");
    }
}
