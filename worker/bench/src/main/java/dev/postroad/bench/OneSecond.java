package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;
import java.util.concurrent.TimeUnit;

/** Takes a second, as a fast model does. */
public final class OneSecond implements JavaAgent {
    @Override
    public String name() {
        return "bench-one-second";
    }

    @Override
    public AgentReply call(AgentCall call) throws InterruptedException {
        TimeUnit.SECONDS.sleep(1);
        return AgentReply.completed(JsonNodeFactory.instance.objectNode().put("count", 1));
    }
}
