package dev.postroad.runtime.agent.llm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.Calls;
import dev.postroad.runtime.agent.attempt.Events;
import dev.postroad.runtime.agent.attempt.StubServer;
import dev.postroad.runtime.trace.CallTrace;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ModelSpanTest {
    private static final String KEY = "sk-very-secret";

    private StubServer server;
    private AgentClients clients;

    @BeforeEach
    void start() throws IOException {
        server = StubServer.start();
        clients = new AgentClients(Calls.environment().withLlm(server.url(), KEY, "house-model"));
        server.answersEvents(Events.answer("You sent ", KEY));
    }

    @AfterEach
    void stop() {
        clients.close();
        server.close();
    }

    private List<CallTrace.Call> traced(boolean content, String... settings) throws Exception {
        CallTrace trace = new CallTrace(content, () -> Calls.NOW);
        try (AgentClient client = clients.open(Calls.agent("llm", settings))) {
            AgentReply _ = trace.during(() -> client.call(Calls.with("{'a':1}")));
        }
        return trace.calls();
    }

    @Test
    void namesTheModelAndWhatItUsedByTheConventions() throws Exception {
        CallTrace.Call call = traced(false).getFirst();
        assertThat(call.name()).isEqualTo("chat house-model");
        assertThat(call.errorType()).isNull();
        assertThat(call.attributes())
                .containsEntry("gen_ai.operation.name", "chat")
                .containsEntry("gen_ai.provider.name", "openai")
                .containsEntry("gen_ai.request.model", "house-model")
                .containsEntry("gen_ai.usage.input_tokens", 11L)
                .containsEntry("gen_ai.usage.output_tokens", 7L)
                .containsEntry("gen_ai.response.finish_reasons", List.of("stop"))
                .containsEntry("server.address", "127.0.0.1")
                .containsEntry("server.port", (long) URI.create(server.url()).getPort());
    }

    @Test
    void showsNothingOfWhatIsSaidUnlessItIsAskedFor() throws Exception {
        assertThat(traced(false).getFirst().attributes())
                .doesNotContainKeys("gen_ai.input.messages", "gen_ai.output.messages");
    }

    @Test
    void showsWhatIsSaidWithoutTheSecretsOfTheDefinition() throws Exception {
        CallTrace.Call call = traced(true, "system: Be brief.").getFirst();
        assertThat(call.attributes().get("gen_ai.input.messages"))
                .isEqualTo("[{\"role\":\"system\",\"parts\":[{\"type\":\"text\",\"content\":\"Be brief.\"}]},"
                        + "{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"{\\\"a\\\":1}\"}]}]");
        assertThat(call.attributes().get("gen_ai.output.messages"))
                .isEqualTo("[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"You sent ***\"}],"
                        + "\"finish_reason\":\"stop\"}]");
    }

    @Test
    void isOneForEachModelThatIsAsked() throws Exception {
        server.answersFirst(503, "busy", "text/plain");
        List<CallTrace.Call> calls = traced(false, "fallback: spare");
        assertThat(calls).extracting(CallTrace.Call::name).containsExactly("chat house-model", "chat spare");
        assertThat(calls).extracting(CallTrace.Call::errorType).containsExactly("llm.503", null);
    }
}
