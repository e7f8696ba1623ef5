package dev.postroad.runtime.history.waiting;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.message.RunStatus;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An open question to a person.
 *
 * @param status waiting, paused or failed: in each of them an answer lets the run go on
 * @param question the interrupt, as it stands in {@code run.waiting}
 */
public record WaitingQuestion(
        String runId, String graph, int graphVersion, RunStatus status, Map<String, String> tags, JsonNode question) {
    public WaitingQuestion {
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
    }

    /** What an answer names it by; unique in the run. */
    public String id() {
        return question.path("id").asText();
    }

    /** The version of the run's state that it is about. */
    public int version() {
        return question.path("version").asInt();
    }
}
