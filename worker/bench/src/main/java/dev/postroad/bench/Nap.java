package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;
import java.util.concurrent.TimeUnit;

/** Takes as long as its input says. */
public final class Nap implements JavaAgent {
    @Override
    public String name() {
        return "bench-nap";
    }

    @Override
    public AgentReply call(AgentCall call) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(call.input().path("millis").asLong());
        return AgentReply.completed(JsonNodeFactory.instance.objectNode().put("count", 1));
    }
}
