package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Reads answers as one kind of provider sends them, and throws {@link
 * dev.postroad.runtime.agent.attempt.FaultedException} where the provider says that it failed. Confined to the thread of
 * the call.
 */
interface AnswerReader {
    /** Takes the data of one event of a stream, which is a JSON object. */
    void take(JsonNode event);

    /** Takes an answer that came in one piece. */
    void takeWhole(JsonNode answer);
}
