package dev.postroad.contracts.agent;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;

/**
 * One attempt of one task, as an agent is handed it.
 *
 * @param task deterministic within the run; with {@code runId} it is the idempotency key, the same for every attempt
 * @param attempt from 1
 * @param input what the node's input expression gave, or the whole state; must not be changed
 * @param deadline when the attempt is given up
 * @param traceParent W3C trace context to hand on with whatever the agent calls
 * @param answers what people answered to the task's interrupts so far, and tools to its calls, in their order, see {@link
 *     AgentReply.CallingTools}; empty at the first call
 * @param output takes chunks of output while the agent works
 * @param log takes lines for the run's log
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
        List<JsonNode> answers,
        OutputSink output,
        AgentLogger log) {

    public AgentCall {
        answers = List.copyOf(answers);
    }

    /** Stable over attempts and workers, so that an agent can make its own effects happen once. */
    public String idempotencyKey() {
        return runId + "/" + task;
    }
}
