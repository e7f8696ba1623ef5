package dev.postroad.bench;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;

/** The same as {@link NoOperation}, with a line for the run's log and a chunk of output. */
public final class Loud implements JavaAgent {
    static final String NAME = "bench-loud";

    private final NoOperation same = new NoOperation();

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public AgentReply call(AgentCall call) {
        call.log().info("asked for a count, and gives one");
        call.output().emit("one");
        return same.call(call);
    }
}
