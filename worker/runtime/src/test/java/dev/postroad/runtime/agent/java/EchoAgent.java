package dev.postroad.runtime.agent.java;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;

/** Found by the service loader; answers with its input. */
public final class EchoAgent implements JavaAgent {
    @Override
    public String name() {
        return "test-echo";
    }

    @Override
    public AgentReply call(AgentCall call) {
        return AgentReply.completed(call.input());
    }
}
