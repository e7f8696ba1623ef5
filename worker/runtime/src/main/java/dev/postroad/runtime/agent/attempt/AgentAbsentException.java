package dev.postroad.runtime.agent.attempt;

/** The code of an agent is not in this worker now; it may come back, as plug-ins come and go. No call was made. */
public final class AgentAbsentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param reason for people */
    public AgentAbsentException(String reason) {
        super(reason);
    }
}
