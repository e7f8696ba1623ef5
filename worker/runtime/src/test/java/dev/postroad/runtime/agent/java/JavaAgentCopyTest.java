package dev.postroad.runtime.agent.java;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentLogger;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.contracts.agent.OutputSink;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.Calls;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class JavaAgentCopyTest {
    @Test
    void anAgentThatChangesItsInputOrItsAnswerLaterChangesNoState() throws InterruptedException {
        ObjectNode state = JsonNodeFactory.instance.objectNode().put("n", 1);
        ObjectNode approval = JsonNodeFactory.instance.objectNode().put("n", 5);
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("n", 2L);
        AgentReply reply;
        try (AgentClient client = Calls.client(new Meddler(answer))) {
            reply = client.call(new AgentCall(
                    "r",
                    "g",
                    "n",
                    "n@1",
                    1,
                    state,
                    Instant.EPOCH,
                    "00-1-2-01",
                    List.of(approval),
                    OutputSink.NONE,
                    AgentLogger.NONE));
        }
        answer.put("n", 3);

        assertThat(state).isEqualTo(JsonNodeFactory.instance.objectNode().put("n", 1));
        assertThat(approval).isEqualTo(JsonNodeFactory.instance.objectNode().put("n", 5));
        JsonNode asItWas = JsonNodeFactory.instance.objectNode().put("n", 2);
        assertThat(reply).isEqualTo(new Completed(asItWas, Usage.NONE, List.of(new Goto("next", asItWas, false))));
    }

    private record Meddler(ObjectNode answer) implements JavaAgent {
        @Override
        public String name() {
            return "meddler";
        }

        @Override
        public AgentReply call(AgentCall call) {
            ((ObjectNode) call.input()).put("n", 99);
            ((ObjectNode) call.answers().getFirst()).put("n", 99);
            return new Completed(answer, Usage.NONE, List.of(new Goto("next", answer, false)));
        }
    }
}
