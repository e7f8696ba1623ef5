package dev.postroad.runtime.agent;

import dev.postroad.contracts.agent.AgentReply;

/** Carries a fault through LangChain4j, which passes exceptions on but not replies. */
final class ModelFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient AgentReply fault;

    ModelFailure(AgentReply fault) {
        super(fault.toString());
        this.fault = fault;
    }

    AgentReply fault() {
        return fault;
    }
}
