package dev.postroad.bench;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;

/** Logs and shows as much as it can. */
public final class Flood implements JavaAgent {
    static final String NAME = "bench-flood";
    static final int LINES = 10_000;
    static final int CHUNKS = 100_000;

    private final NoOperation same = new NoOperation();

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public AgentReply call(AgentCall call) {
        for (int i = 0; i < LINES; i++) {
            call.log().info("line " + i);
        }
        for (int i = 0; i < CHUNKS; i++) {
            call.output().emit("chunk " + i);
        }
        return same.call(call);
    }
}
