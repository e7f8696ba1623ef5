package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.access.Role;
import dev.postroad.runtime.access.TokenLine;
import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import dev.postroad.runtime.agent.attempt.Calls;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Site;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A worker as an MCP server, to a client of the protocol's own SDK, which agents of kind mcp are, and over plain HTTP. */
@NullMarked
final class McpServerTest {
    private static final String GRAPH = """
            graph: asks
            description: Asks whether to go on
            state: { topic: { description: What it is about }, answer: {} }
            nodes: { ask: { interrupt: "'go on with ' + state.topic + '?'", output: "{'answer': result}" } }
            edges: [{ from: START, to: ask }, { from: ask, to: END }]
            """;
    private static final TokenLine.New READER = TokenLine.generate("looker", Role.READER, Map.of(), new SecureRandom());
    private static final TokenLine.New OPERATOR =
            TokenLine.generate("steerer", Role.OPERATOR, Map.of(), new SecureRandom());

    private static final Site SITE = Site.open();
    private static final AgentClients CLIENTS =
            new AgentClients(AgentEnvironment.of(Map.of("TOKEN", OPERATOR.token()), InstantSource.fixed(Calls.NOW)));

    private static int port;

    @BeforeAll
    static void start() {
        port = SITE.worker(Map.of("POSTROAD_HTTP_TOKENS", READER.line() + "\n" + OPERATOR.line()))
                .httpPort();
        SITE.apply(GRAPH);
        Site.await("the graph is there", () -> SITE.number("SELECT count(*) FROM postroad.graphs") == 1);
    }

    @AfterAll
    static void stop() {
        CLIENTS.close();
        SITE.close();
    }

    @Test
    void graphsAreToolsAndRunsAreLookedAtAnsweredAndSteeredThroughOthers() throws Exception {
        String run = asking("ants");
        assertThat(call("postroad_waiting", "{}").toString()).contains("go on with ants?", run);
        assertThat(call("postroad_run", "{'runId': '" + run + "'}")
                        .path("state")
                        .toString())
                .contains("ants");
        call("postroad_resume", "{'runId': '" + run + "', 'value': 'yes'}");
        SITE.ended(run);
        assertThat(call("postroad_runs", "{'status': 'completed'}").toString()).contains(run);
        assertThat(fault("postroad_retry", "{'runId': 'nobody'}")).contains("there is no run nobody");
        assertThat(fault("postroad_rollback", "{'runId': '" + run + "'}")).contains("version");
        assertThat(fault("nothing", "{}")).contains("there is no tool nothing");
    }

    @Test
    void runsAreRepairedThroughTools() throws Exception {
        String run = asking("bees");
        call("postroad_cancel", "{'runId': '" + run + "', 'reason': 'enough'}");
        assertThat(SITE.ended(run).getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
        call("postroad_retry", "{'runId': '" + run + "'}");
        SITE.journalWith(run, event -> event.type() == EventType.RUN_RETRIED);
        call("postroad_rollback", "{'runId': '" + run + "', 'version': 1}");
        SITE.journalWith(run, event -> event.type() == EventType.RUN_ROLLED_BACK);
    }

    /** A run that waits for a person. */
    private static String asking(String topic) throws Exception {
        String run = call("asks", "{'topic': '" + topic + "'}").path("runId").textValue();
        Site.await(
                "the run waits",
                () -> SITE.history()
                        .find(run)
                        .filter(found -> found.status() == RunStatus.WAITING)
                        .isPresent());
        return run;
    }

    @Test
    void aReaderLooksAndSteersNothing() {
        try (Caller caller = new Caller(port)) {
            assertThat(post(caller, READER, "'tools/list'", "{}").path("tools").toString())
                    .contains("postroad_run", "postroad_waiting")
                    .doesNotContain("postroad_retry", "\"asks\"");
            assertThat(post(caller, OPERATOR, "'tools/list'", "{}")
                            .path("tools")
                            .toString())
                    .contains("postroad_retry", "\"asks\"", "What it is about");
            JsonNode refused = post(caller, READER, "'tools/call'", "{'name': 'asks', 'arguments': {}}");
            assertThat(refused.path("isError").booleanValue()).isTrue();
            assertThat(refused.toString()).contains("asks for one of an operator");
            assertThat(caller.send("POST", "/mcp", "{}", "Content-Type", "application/json")
                            .status())
                    .isEqualTo(401);
        }
    }

    @Test
    void aPageOfAnotherSiteIsRefusedAndWhatAsksNothingHasNoAnswer() {
        String notification = "{'jsonrpc': '2.0', 'method': 'notifications/initialized'}";
        try (Caller caller = new Caller(port)) {
            assertThat(send(caller, notification, "http://elsewhere.example").status())
                    .isEqualTo(403);
            Caller.Reply own = send(caller, notification, "http://127.0.0.1:" + port);
            assertThat(own.status()).as(own.text()).isEqualTo(202);
            assertThat(own.text()).isEmpty();
            Caller.Reply answer = send(caller, "{'jsonrpc': '2.0', 'id': 1, 'result': {}}", "http://127.0.0.1:" + port);
            assertThat(answer.status()).isEqualTo(202);
            assertThat(answer.text()).isEmpty();
        }
    }

    private static Caller.Reply send(Caller caller, String message, String origin) {
        return caller.send(
                "POST",
                "/mcp",
                message,
                "Content-Type",
                "application/json",
                "Origin",
                origin,
                "Authorization",
                "Bearer " + READER.token());
    }

    private static JsonNode post(Caller caller, TokenLine.New token, String method, String parameters) {
        Caller.Reply reply = caller.send(
                "POST",
                "/mcp",
                "{'jsonrpc': '2.0', 'id': 1, 'method': " + method + ", 'params': " + parameters + "}",
                "Content-Type",
                "application/json",
                "Accept",
                "application/json, text/event-stream",
                "Authorization",
                "Bearer " + token.token());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().path("result");
    }

    private static JsonNode call(String tool, String input) throws Exception {
        AgentReply reply = reply(tool, input);
        assertThat(reply).isInstanceOf(AgentReply.Completed.class);
        return ((AgentReply.Completed) reply).output();
    }

    private static String fault(String tool, String input) throws Exception {
        AgentReply reply = reply(tool, input);
        assertThat(reply).isInstanceOf(AgentReply.Faulted.class);
        return ((AgentReply.Faulted) reply).message();
    }

    private static AgentReply reply(String tool, String input) throws Exception {
        try (AgentClient client = CLIENTS.open(Calls.agent(
                "mcp",
                "url: http://127.0.0.1:" + port + "/mcp",
                "tool: " + tool,
                "headers: { Authorization: 'Bearer ${env:TOKEN}' }"))) {
            return client.call(Calls.with((ObjectNode) Calls.json(input), chunk -> {}));
        }
    }
}
