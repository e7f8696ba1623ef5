package dev.postroad.runtime.agent.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.AgentReply.Interrupted;
import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.Calls;
import dev.postroad.runtime.agent.attempt.Standing;
import dev.postroad.runtime.testing.HostProcess;
import dev.postroad.runtime.testing.Site;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against the protocol's own server of everything, which node runs. */
@Timeout(180)
final class EverythingServerTest {
    private static final String INSTALLED =
            System.getProperty("postroad.everything", System.getenv().getOrDefault("POSTROAD_TEST_EVERYTHING", ""));

    @Test
    void callsToolsOfAProgramAndShowsTheirProgress() throws Exception {
        Path script = script();
        List<String> shown = Collections.synchronizedList(new ArrayList<>());
        try (AgentClients clients = new AgentClients(Calls.environment().withMcpCommands(Set.of("node")))) {
            try (AgentClient echo = client(clients, "echo", script)) {
                assertThat(echo.call(Calls.with("{'message':'hi'}")))
                        .isInstanceOfSatisfying(
                                Completed.class,
                                completed -> assertThat(
                                                completed.output().path("text").textValue())
                                        .contains("hi"));
            }
            try (AgentClient asks = client(clients, "trigger-elicitation-request", script)) {
                Interrupted asked = (Interrupted) asks.call(Calls.with("{}"));
                assertThat(asked.question().path("server").asText()).isEqualTo("node");
                assertThat(asks.call(Calls.answered(answer(asked, "{'name':'Ada'}")))
                                .toString())
                        .contains("Name: Ada");
            }
            try (AgentClient slow = client(clients, "trigger-long-running-operation", script)) {
                assertThat(slow.call(Calls.with(Calls.json("{'duration':0.2,'steps':2}"), shown::add)))
                        .isInstanceOf(Completed.class);
            }
        }
        assertThat(shown).contains("1/2", "2/2");
    }

    @Test
    void callsToolsOverHttpAndShowsTheirProgress() throws Exception {
        String script = script().toString();
        String port = Integer.toString(HostProcess.freePort());
        List<String> shown = Collections.synchronizedList(new ArrayList<>());
        try (HostProcess server =
                        HostProcess.start(Path.of(INSTALLED), "env", "PORT=" + port, "node", script, "streamableHttp");
                AgentClients clients = new AgentClients(Calls.environment())) {
            assertThat(server.said("MCP Streamable HTTP Server listening on port"))
                    .isEqualTo(port);
            try (AgentClient slow = clients.open(Calls.agent(
                    "mcp", "tool: trigger-long-running-operation", "url: http://127.0.0.1:" + port + "/mcp"))) {
                assertThat(slow.call(Calls.with(Calls.json("{'duration':0.2,'steps':2}"), shown::add)))
                        .isInstanceOf(Completed.class);
            }
        }
        assertThat(shown).contains("1/2", "2/2");
    }

    private static Path script() {
        Path script = Path.of(INSTALLED).resolve("node_modules/@modelcontextprotocol/server-everything/dist/index.js");
        Assumptions.assumeTrue(
                !INSTALLED.isEmpty() && Files.exists(script),
                "npm install --prefix DIR @modelcontextprotocol/server-everything, and POSTROAD_TEST_EVERYTHING=DIR");
        return script;
    }

    @Test
    void leavesWhatAToolWorksOnToItsTask() throws Exception {
        List<String> shown = Collections.synchronizedList(new ArrayList<>());
        try (AgentClients clients = new AgentClients(Calls.environment().withMcpCommands(Set.of("node")));
                AgentClient research = client(clients, "simulate-research-query", script())) {
            Standing begun = research.begin(Calls.with("{'topic':'roads','ambiguous':true}"), 0);
            Interrupted asked = (Interrupted) end(research, begun, shown);
            assertThat(asked.question().path("question").asText()).contains("could have multiple interpretations");
            Standing goesOn = research.begin(Calls.answered(answer(asked, "{'interpretation':'historical'}")), 0);
            String handle = ((Standing.Working) goesOn).handle();
            assertThat(end(research, goesOn, shown).toString()).contains("Research Report: roads (historical)");
            try (AgentClient elsewhere = client(clients, "simulate-research-query", script())) {
                assertThat(elsewhere.poll(Calls.with("null"), handle))
                        .as("another program knows nothing of it")
                        .isInstanceOfSatisfying(
                                Standing.Over.class,
                                over -> assertThat(over.reply().toString()).contains("mcp.task-lost"));
            }
        }
        assertThat(shown).startsWith("Gathering sources...");
    }

    private static AgentReply end(AgentClient client, Standing begun, List<String> shown) throws Exception {
        AtomicReference<Standing> standing = new AtomicReference<>(begun);
        String handle = ((Standing.Working) begun).handle();
        Site.await("it is done, or asks", () -> {
            standing.set(client.poll(Calls.with(Calls.json("null"), shown::add), handle));
            return standing.get() instanceof Standing.Over;
        });
        return ((Standing.Over) standing.get()).reply();
    }

    private static JsonNode answer(Interrupted asked, String answer) {
        ObjectNode both = Calls.object("{'answer':" + answer + "}");
        both.set("kept", asked.kept());
        return both;
    }

    private static AgentClient client(AgentClients clients, String tool, Path script) throws Exception {
        return clients.open(Calls.agent("mcp", "tool: " + tool, "command: [node, '" + script + "', stdio]"));
    }
}
