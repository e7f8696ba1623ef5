package dev.postroad.contracts.agent;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * One attempt of one task, as an agent is handed it.
 *
 * @param task deterministic within the run; with {@code runId} it is the idempotency key, the same for every attempt
 * @param attempt from 1
 * @param input what the node's input expression gave, or the whole state; must not be changed
 * @param deadline when the attempt is given up
 * @param traceParent W3C trace context to hand on with whatever the agent calls
 * @param output takes chunks of output while the agent works
 */
public record AgentCall(
        String runId,
        String graph,
        String node,
        String task,
        int attempt,
        JsonNode input,
        Instant deadline,
        String traceParent,
        OutputSink output) {

    /** Stable over attempts and workers, so that an agent can make its own effects happen once. */
    public String idempotencyKey() {
        return runId + "/" + task;
    }
}
