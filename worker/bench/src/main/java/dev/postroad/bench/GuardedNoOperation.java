package dev.postroad.bench;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;

/** The same as {@link NoOperation}, under a name that is published with guards. */
public final class GuardedNoOperation implements JavaAgent {
    static final String NAME = "bench-guarded";

    private final NoOperation same = new NoOperation();

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public AgentReply call(AgentCall call) {
        return same.call(call);
    }
}
