package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;

/** Answers at once, with one small write. */
public final class NoOperation implements JavaAgent {
    static final String NAME = "bench-no-operation";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public AgentReply call(AgentCall call) {
        return AgentReply.completed(JsonNodeFactory.instance.objectNode().put("count", 1));
    }
}
