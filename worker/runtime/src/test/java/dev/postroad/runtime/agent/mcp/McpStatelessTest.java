package dev.postroad.runtime.agent.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.contracts.agent.AgentReply.Interrupted;
import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.BackgroundCall;
import dev.postroad.runtime.agent.attempt.Calls;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.TaskServer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against a server of the protocol's own SDK for JavaScript that speaks the stateless protocol, and no other. */
@Timeout(180)
final class McpStatelessTest {
    private static TaskServer server;
    private static AgentClients clients;

    @BeforeAll
    static void start() {
        server = TaskServer.stateless();
        clients = new AgentClients(Calls.environment());
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            clients.close();
            server.close();
        }
    }

    @Test
    void itsToolsAreCalledAsThoseOfAnyServer() throws Exception {
        try (AgentClient client = client("plain")) {
            assertThat(client.offer().description()).isEqualTo("says it");
            assertThat(client.call(Calls.with("{'name':'hi'}")))
                    .isEqualTo(AgentReply.completed(Calls.json("{'name':'hi'}")));
            assertThat(client.call(Calls.with("{'name':'hi'}"))).isInstanceOf(AgentReply.Completed.class);
            assertThat(server.told().path("postroad.dev/idempotencyKey").asText())
                    .isEqualTo(Calls.with("{}").idempotencyKey());
            assertThat(server.told().path("traceparent").asText()).isEqualTo(Calls.TRACE);
            assertThat(server.methods())
                    .contains("server/discover", "tools/call")
                    .doesNotContain("initialize");
        }
        assertFault(call("fails"), "mcp.tool-error", "no stock");
        assertFault(call("nothing"), "mcp.refused", "nothing");
        List<String> shown = Collections.synchronizedList(new ArrayList<>());
        try (AgentClient client = client("shows")) {
            assertThat(client.call(Calls.with(Calls.json("{}"), shown::add)))
                    .isEqualTo(AgentReply.completed(Calls.json("{'text':'done'}")));
        }
        assertThat(shown).containsExactly("1/2");
    }

    @Test
    void aCallThatIsStoppedIsToldToIt() throws Exception {
        try (AgentClient client = client("hangs")) {
            BackgroundCall stopped = new BackgroundCall(client, Calls.with("{}"));
            Site.await("it is called", () -> server.called().contains("hangs"));
            stopped.interrupt();
            assertThat(stopped.thrown()).isInstanceOf(InterruptedException.class);
            Site.await("it knows", () -> server.called().contains("left"));
        }
    }

    @Test
    void whatItAsksIsAnsweredByWhicheverWorkerHasTheRun() throws Exception {
        Interrupted first = (Interrupted) call("asks");
        assertThat(first.question().path("question").asText()).isEqualTo("which one?");
        assertThat(first.asking().schema()).isEqualTo(Calls.json("""
                {'type': ['object', 'null'], 'required': ['size'],
                 'properties': {'size': {'type': 'string', 'enum': ['small', 'large']}}}"""));
        assertThat(answered(first, "{'size':'small'}"))
                .isEqualTo(AgentReply.completed(Calls.json("{'text':'begun small'}")));
        assertThat(answered(first, "null")).isEqualTo(AgentReply.completed(Calls.json("{'text':'begun decline'}")));
        Interrupted both = (Interrupted) answered(first, "{'size':'large'}");
        assertThat(both.question().path("question").asText()).isEqualTo("and which?\nand besides?");
        assertThat(answered(both, "{'a':{'size':'small'}}"))
                .isEqualTo(AgentReply.completed(Calls.json("{'text':'more small decline'}")));
    }

    @Test
    void oneThatWantsToBeCalledAgainIs() throws Exception {
        assertThat(call("again")).isEqualTo(AgentReply.completed(Calls.json("{'text':'later'}")));
    }

    private static AgentReply answered(Interrupted asked, String answer) throws Exception {
        ObjectNode both = Calls.object("{'answer':" + answer + "}");
        JsonNode kept = asked.kept();
        both.set("kept", kept);
        try (AgentClient another = client("asks")) {
            return another.call(Calls.answered(both));
        }
    }

    private static AgentReply call(String tool) throws Exception {
        try (AgentClient client = client(tool)) {
            return client.call(Calls.with("{}"));
        }
    }

    private static AgentClient client(String tool) throws Exception {
        return clients.open(Calls.agent("mcp", "tool: " + tool, "url: " + server.url()));
    }

    private static void assertFault(AgentReply reply, String type, String message) {
        assertThat(reply).isInstanceOfSatisfying(Faulted.class, fault -> {
            assertThat(fault.type()).as(fault.message()).isEqualTo(type);
            assertThat(fault.message()).contains(message);
        });
    }
}
