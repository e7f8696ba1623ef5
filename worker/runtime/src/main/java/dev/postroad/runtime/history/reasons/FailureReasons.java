package dev.postroad.runtime.history.reasons;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.runtime.history.reasons.Reason.Step;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Says why a run failed, and what helps against failures of that kind. */
final class FailureReasons {
    private FailureReasons() {}

    static Reason of(String runId, JsonNode error, @Nullable Instant at, String code) {
        String type = error.path("type").asText();
        String node = error.path("node").asText();
        String where = node.isEmpty() ? "the run" : "node " + node;
        return Reason.of(
                code,
                where + " failed with " + type + ": " + error.path("message").asText(),
                at,
                remedy(type),
                Step.control("retry", runId));
    }

    private static String remedy(String type) {
        return switch (type) {
            case "expression", "bad-output" ->
                "correct the graph or what the agent answers and apply it, then fork the run onto the new version of"
                        + " the graph by `postroad fork RUN --graph-version V`, or retry where the agent was at fault";
            case "channel-conflict" ->
                "give the channel a reducer that takes several writes, apply the graph, and fork the run onto it";
            case "state-limit" -> "write less to the state, or raise limits.stateBytes and fork the run onto it";
            case "task-limit" -> "lead to fewer tasks at once, or raise limits.tasks and fork the run onto it";
            case "superstep-limit" -> "see whether a loop does not end; a retry gives the run as many supersteps again";
            case "token-limit" -> "raise limits.tokens, or retry: that gives the run as many tokens again";
            case "run-timeout", "superstep-timeout" -> "raise the limit of time, or retry: its time begins anew";
            case "agent-unavailable" -> "enable or publish the agent, then retry";
            default -> "mend what failed, then retry: only what failed runs again";
        };
    }
}
