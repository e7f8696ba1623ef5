package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;

/** Fails for runs whose id says so, and does nothing for the others. */
public final class FailsAtTimes implements JavaAgent {
    @Override
    public String name() {
        return "bench-fails-at-times";
    }

    @Override
    public AgentReply call(AgentCall call) {
        return call.runId().contains("failed")
                ? new AgentReply.Faulted("bench.failure", "it was to fail", false, null)
                : AgentReply.completed(JsonNodeFactory.instance.objectNode().put("count", 1));
    }
}
