package dev.postroad.runtime.agent.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells the chunks of a stream from its answer, and shows them. Confined to the thread of the call. */
final class MessageReader {
    private static final String CHUNK = "chunk";
    private static final Set<String> ANSWERS = Set.of("output", "goto", "interrupt", "sleep");

    /** What servers of models end their streams with. */
    private static final String DONE = "[DONE]";

    private final HttpAnswer reader;
    private final AgentCall call;
    private @Nullable JsonNode answer;
    private @Nullable AgentReply fault;
    private boolean garbled;

    MessageReader(HttpAnswer reader, AgentCall call) {
        this.reader = reader;
        this.call = call;
    }

    /** The message that is the answer; null where none came. */
    @Nullable
    JsonNode answer() {
        return answer;
    }

    /** What is wrong with a message; null where nothing is. */
    @Nullable
    AgentReply fault() {
        return fault;
    }

    /** Whether a message is no JSON. */
    boolean isGarbled() {
        return garbled;
    }

    /** After a message that is no JSON another one shows that it was not just cut off. */
    boolean wantsMore() {
        return answer == null && (fault == null || garbled);
    }

    AgentReply read(JsonNode answered) {
        return reader.read(answered, call);
    }

    void take(String message) {
        if (message.isBlank() || message.strip().equals(DONE)) {
            return;
        }
        if (garbled) {
            // One more message came, so that the last one was whole.
            garbled = false;
            return;
        }
        try {
            take(Json.read(message));
        } catch (FaultsException noJson) {
            fault = reader.faults().badAnswer(noJson.faults());
            garbled = true;
        }
    }

    private void take(JsonNode message) {
        JsonNode chunk = message.get(CHUNK);
        if (chunk == null || (chunk.isNull() && ANSWERS.stream().anyMatch(message::has))) {
            answer = message;
        } else if (chunk.isNull()) {
            // Some servers send a piece without a text first, or last.
            return;
        } else if (chunk.isTextual() && ANSWERS.stream().noneMatch(message::has)) {
            call.output().emit(chunk.textValue());
        } else {
            fault = reader.faults()
                    .badAnswer("a message of the answer is not as agreed: chunk "
                            + (chunk.isTextual() ? "stands beside the answer" : "is no text")
                            + "; send {\"chunk\": \"text\"}, and the answer as a message of its own");
        }
    }
}
