package dev.postroad.runtime.agent.llm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.embedded.SimulatedModelServer;
import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.Calls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SimulatedModelTest {
    private final SimulatedModelServer server = SimulatedModelServer.start(0, Duration.ZERO);
    private final AgentClients clients =
            new AgentClients(Calls.environment().withLlm(server.baseUrl(), null, SimulatedModelServer.MODEL));

    @AfterEach
    void stop() {
        clients.close();
        server.close();
    }

    @Test
    void examplesRunWithoutAKeyAndWithoutANetwork() throws Exception {
        List<String> shown = new ArrayList<>();
        AgentClient client =
                clients.open(Calls.agent("llm", "system: You are the copywriter.", "prompt: 'Product: {{product}}'"));

        var reply = client.call(Calls.with(Calls.json("{'product':'Teapot'}"), shown::add));

        assertThat(reply).isInstanceOfSatisfying(Completed.class, completed -> {
            assertThat(completed.output().path("text").textValue())
                    .contains("Teapot")
                    .isEqualTo(String.join("", shown));
            assertThat(completed.usage().inputTokens()).isPositive();
            assertThat(completed.usage().outputTokens()).isPositive();
        });
        assertThat(shown).hasSizeGreaterThan(1);
    }

    @Test
    void examplesGetTheKeysThatTheyAskFor() throws Exception {
        AgentClient client = clients.open(Calls.agent(
                "llm",
                "response: json",
                "prompt: 'Answer as JSON with the keys: score (integer 0-10), feedback (string)'"));

        assertThat(client.call(Calls.with("{}"))).isInstanceOfSatisfying(Completed.class, completed -> {
            assertThat(completed.output().path("score").isInt()).isTrue();
            assertThat(completed.output().path("feedback").isTextual()).isTrue();
        });
    }
}
