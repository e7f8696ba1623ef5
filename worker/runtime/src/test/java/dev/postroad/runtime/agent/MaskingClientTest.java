package dev.postroad.runtime.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.OutputSink;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.Calls;
import dev.postroad.runtime.agent.attempt.Excerpt;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nothing that an agent says holds a secret that it was sent. */
final class MaskingClientTest {
    private static final Excerpt SECRETS = new Excerpt(List.of("open-sesame", "abracadabra"));

    private record Says(List<String> chunks, AgentReply reply) implements AgentClient {
        @Override
        public AgentReply call(AgentCall call) {
            chunks.forEach(call.output()::emit);
            return reply;
        }

        @Override
        public void close() {}
    }

    private static AgentReply masked(List<String> chunks, AgentReply reply, OutputSink output)
            throws InterruptedException {
        try (AgentClient client = new MaskingClient(new Says(chunks, reply), SECRETS)) {
            return client.call(Calls.with(Calls.json("{}"), output));
        }
    }

    @Test
    void hidesSecretsWhereverTheyStandInAnAnswer() throws InterruptedException {
        AgentReply completed = masked(
                List.of(),
                AgentReply.completed(Calls.json(
                        "{\"a\": [\"say open-sesame!\", 7, null], \"abracadabra\": {\"b\": \"abracadabra\"}}")),
                OutputSink.NONE);
        assertThat(completed)
                .isEqualTo(AgentReply.completed(
                        Calls.json("{\"a\": [\"say ***!\", 7, null], \"***\": {\"b\": \"***\"}}")));
        assertThat(masked(List.of(), new AgentReply.Interrupted(TextNode.valueOf("open-sesame?")), OutputSink.NONE))
                .isEqualTo(new AgentReply.Interrupted(TextNode.valueOf("***?")));
        assertThat(masked(List.of(), AgentReply.permanent("x", "no open-sesame"), OutputSink.NONE))
                .isEqualTo(AgentReply.permanent("x", "no ***"));
    }

    @Test
    void hidesSecretsThatFallIntoSeveralChunks() throws InterruptedException {
        List<String> shown = new ArrayList<>();
        AgentReply done = AgentReply.completed(Calls.json("{}"));
        AgentReply _ = masked(List.of("it is op", "en-", "sesame, or ab", "c", "abraca"), done, shown::add);
        assertThat(String.join("", shown)).isEqualTo("it is ***, or abcabraca");
    }
}
