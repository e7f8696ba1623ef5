package dev.postroad.runtime.history.reasons;

import java.util.Locale;

/** What kinds of reasons there are, for programs; later releases may have more. */
public enum ReasonCode {
    QUEUE,
    LIMIT_FULL,
    LIMIT_RATE,
    GRAPH_PAUSED,
    START_AT,
    CALLING,
    RETRYING,
    PERSON,
    TIMER,
    HELD,
    AGENT_DISABLED,
    AGENT_GONE,
    AGENT_UNUSABLE,
    BREAKER_OPEN,
    AGENT_BACK,
    AGENT_LIMIT,
    PAUSED,
    PAUSED_BY_FAILURE,
    BUDGET_SPENT,
    FAILED,
    CANCELLED,
    REFUSED,
    UNREADABLE,
    NO_OWNER,
    KAFKA_AWAY,
    POSTGRES_READ_ONLY,
    POSTGRES_TROUBLE;

    /** As it stands in answers: {@code limit-full}. */
    public String publicName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
