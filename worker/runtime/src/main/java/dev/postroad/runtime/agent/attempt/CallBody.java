package dev.postroad.runtime.agent.attempt;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;

/** What an agent outside is sent of a call, by whatever way. */
public final class CallBody {
    private CallBody() {}

    /** The call as JSON. */
    public static ObjectNode of(AgentCall call) {
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("runId", call.runId())
                .put("graph", call.graph())
                .put("node", call.node())
                .put("task", call.task())
                .put("attempt", call.attempt())
                .<ObjectNode>set("input", call.input())
                .put("deadline", call.deadline().toString());
        if (!call.answers().isEmpty()) {
            body.putArray("answers").addAll(call.answers());
        }
        return body;
    }

    /**
     * The same, as a question: what came of an earlier call.
     *
     * @param doubtful the attempt of which nobody knows whether it did the work
     */
    public static ObjectNode inDoubt(AgentCall call, int doubtful) {
        return of(call).put("reconcile", true).put("doubtful", doubtful);
    }
}
