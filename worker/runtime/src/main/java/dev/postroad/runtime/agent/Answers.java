package dev.postroad.runtime.agent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.json.Json;
import org.jspecify.annotations.Nullable;

/** Refuses results that the journal could not hold, or that would read back as something else. */
final class Answers {
    private Answers() {}

    /** The same, or a permanent fault of type {@code <kind>.bad-answer}. */
    @SuppressWarnings("NullAway") // Plug-ins are not compiled by us, so either part may be null all the same.
    static AgentReply checked(String kind, Completed completed) {
        String problem = completed.usage() == null ? "has no usage" : problem(completed.output());
        return problem == null ? completed : AgentReply.permanent(kind + ".bad-answer", "the output " + problem);
    }

    private static @Nullable String problem(@Nullable JsonNode output) {
        if (output == null) {
            return "is missing";
        }
        // First, as it bounds the depth for the walk that follows.
        String unstorable = Json.unstorableText(output);
        return unstorable == null ? notJson(output) : unstorable;
    }

    private static @Nullable String notJson(JsonNode node) {
        boolean notFinite = (node.isDouble() && !Double.isFinite(node.doubleValue()))
                || (node.isFloat() && !Float.isFinite(node.floatValue()));
        if (notFinite || node.isPojo() || node.isBinary() || node.isMissingNode()) {
            return "holds " + node + ", which is not JSON";
        }
        for (JsonNode child : node) {
            String problem = notJson(child);
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }
}
