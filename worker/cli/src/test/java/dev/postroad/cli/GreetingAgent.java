package dev.postroad.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;
import org.jspecify.annotations.NullMarked;

/** Comes by a jar that a test makes of it; no service of the test's own class path. */
@NullMarked
public final class GreetingAgent implements JavaAgent {
    @Override
    public String name() {
        return "greeting";
    }

    @Override
    public AgentReply call(AgentCall call) {
        return AgentReply.completed(JsonNodeFactory.instance.objectNode().put("said", "hello"));
    }
}
