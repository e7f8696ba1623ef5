package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;

/** Answers at once, with 1 KiB of text to append. */
public final class OneKibibyte implements JavaAgent {
    private static final String TEXT = "postroad".repeat(128);

    @Override
    public String name() {
        return "bench-one-kibibyte";
    }

    @Override
    public AgentReply call(AgentCall call) {
        return AgentReply.completed(JsonNodeFactory.instance.objectNode().put("log", TEXT));
    }
}
