package dev.postroad.runtime.agent.attempt;

import dev.postroad.contracts.agent.AgentReply;

/** Carries a fault through code of others that passes exceptions on but not replies, such as streams and LangChain4j. */
public final class FaultedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient AgentReply fault;

    public FaultedException(AgentReply fault) {
        super(fault.toString());
        this.fault = fault;
    }

    /** The reply that is carried. */
    public AgentReply fault() {
        return fault;
    }
}
