package dev.postroad.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;
import org.jspecify.annotations.NullMarked;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Comes by a jar that a test makes of it; no service of the test's own class path. */
@NullMarked
public final class GreetingAgent implements JavaAgent {
    private static final Logger LOG = LoggerFactory.getLogger(GreetingAgent.class);

    @Override
    public String name() {
        return "greeting";
    }

    @Override
    public AgentReply call(AgentCall call) {
        LOG.atInfo().addKeyValue("tone", "warm").log("says hello to {}", call.runId());
        call.log().debug("has said it");
        call.output().emit("thinking\nof a ");
        call.output().emit("word");
        return AgentReply.completed(JsonNodeFactory.instance.objectNode().put("said", "hello"));
    }
}
