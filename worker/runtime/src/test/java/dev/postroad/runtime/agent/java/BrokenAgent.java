package dev.postroad.runtime.agent.java;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;

/** Found by the service loader, but cannot be made. */
public final class BrokenAgent implements JavaAgent {
    public BrokenAgent() {
        throw new IllegalStateException("no licence file");
    }

    @Override
    public String name() {
        return "test-broken";
    }

    @Override
    public AgentReply call(AgentCall call) {
        return AgentReply.completed(call.input());
    }
}
