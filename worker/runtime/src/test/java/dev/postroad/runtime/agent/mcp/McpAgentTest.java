package dev.postroad.runtime.agent.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.BackgroundCall;
import dev.postroad.runtime.agent.attempt.Calls;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.trace.CallTrace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a server of the protocol's own Java SDK, over HTTP. */
@Timeout(60)
final class McpAgentTest {
    private static ToolServer server;
    private static AgentClients clients;

    @BeforeAll
    static void start() throws Exception {
        server = ToolServer.start();
        clients = new AgentClients(Calls.environment().withMaxAnswerBytes(10_000));
    }

    @AfterAll
    static void stop() throws Exception {
        clients.close();
        server.close();
    }

    @Test
    void givesBackStructuredContentAndElseTheWords() throws Exception {
        assertThat(call("echo", "{'a':{'b':[1,2.5,null]}}"))
                .isEqualTo(AgentReply.completed(Calls.json("{'said':{'a':{'b':[1,2.5,null]}}}")));
        assertThat(call("words", "{}")).isEqualTo(AgentReply.completed(Calls.json("{'text':'one\\ntwo'}")));
    }

    @Test
    void keepsWhatIsNoTextToo() throws Exception {
        assertThat(call("image", "{}")).isInstanceOfSatisfying(Completed.class, completed -> {
            JsonNode output = completed.output();
            assertThat(output.path("text").textValue()).isEqualTo("a dot");
            assertThat(output.path("content").path(1).path("mimeType").textValue())
                    .isEqualTo("image/png");
        });
    }

    @Test
    void anErrorOfAToolIsOneAndTellsNoSecret() throws Exception {
        assertFault(
                call("fails", "{}"), "mcp.tool-error", false, "the tool failed: no stock for one who sends Bearer ***");
    }

    @Test
    void aToolThatIsNotThereIsRefused() throws Exception {
        assertFault(call("nothing", "{}"), "mcp.refused", false, "nothing");
    }

    @Test
    void showsTheProgressOfATool() throws Exception {
        List<String> shown = Collections.synchronizedList(new ArrayList<>());
        try (AgentClient client = client("slow")) {
            assertThat(client.call(Calls.with(Calls.json("{}"), shown::add))).isInstanceOf(Completed.class);
        }
        assertThat(shown).containsExactly("1/2", "nearly there");
    }

    @Test
    void aToolThatHangsIsLeftInTimeOrWhenTheCallIsStopped() throws Exception {
        try (AgentClient client = client("hangs")) {
            BackgroundCall stopped = new BackgroundCall(client, Calls.with("{}"));
            server.hanging.await();
            stopped.interrupt();
            assertThat(stopped.thrown()).isInstanceOf(InterruptedException.class);
            // The server is greeted, which may take longer than the call has.
            assertFault(client.call(Calls.dueAt(Calls.NOW.plusMillis(200))), "timeout", true, "in time");
        }
    }

    @Test
    void aServerThatWasSilentIsGreetedAnew() throws Exception {
        try (AgentClient client = client("words")) {
            server.isMute.set(true);
            assertFault(client.call(Calls.dueAt(Calls.NOW.plusMillis(200))), "timeout", true, "in time");
            server.isMute.set(false);
            assertThat(client.call(Calls.with("{}")))
                    .as("where the greeting hung")
                    .isInstanceOf(Completed.class);
            server.isMute.set(true);
            assertFault(client.call(Calls.dueAt(Calls.NOW.plusMillis(200))), "timeout", true, "in time");
            server.isMute.set(false);
            assertThat(client.call(Calls.with("{}"))).as("where a call hung").isInstanceOf(Completed.class);
        } finally {
            server.isMute.set(false);
        }
    }

    @Test
    void aServerThatSaysNothingToANewerProtocolIsGreetedByItsOwn() throws Exception {
        try (AgentClient client = client("words")) {
            server.isMuteToWhatItDoesNotKnow.set(true);
            Site.await(
                    "it is called in the time that is left",
                    () -> client.call(Calls.dueAt(Calls.NOW.plusSeconds(2))) instanceof Completed);
        } finally {
            server.isMuteToWhatItDoesNotKnow.set(false);
        }
    }

    @Test
    void aToolIsToldTheTraceAndTheKeyOfItsCall() throws Exception {
        AgentReply _ = call("slow", "{}");
        assertThat(server.told.getLast())
                .containsEntry("traceparent", Calls.TRACE)
                .containsEntry("postroad.dev/idempotencyKey", Calls.with("{}").idempotencyKey());
    }

    @Test
    void anAnswerThatIsTooLongIsRefused() throws Exception {
        AgentReply reply = call("echo", "{'a':'" + "x".repeat(20_000) + "'}");
        assertThat(reply).isInstanceOf(Faulted.class);
    }

    @Test
    void aToolSaysWhatCameOfACallInDoubtBeforeAnotherIsCalledAgain() throws Exception {
        assertThat(callInDoubt("['underWay', 'output']")).isEqualTo(AgentReply.completed(Calls.json("{'paid':true}")));
        assertThat(server.checked).hasSize(2);
        assertThat(server.checked.getFirst())
                .containsEntry("idempotencyKey", Calls.with("{}").idempotencyKey())
                .containsEntry("doubtful", 1);
        assertThat(callInDoubt("['words']")).as("JSON in words").isEqualTo(AgentReply.completed(Calls.json("7")));
        assertThat(callInDoubt("['notDone']"))
                .as("it is called")
                .isEqualTo(AgentReply.completed(Calls.json("{'said':{'says':['notDone']}}")));
        assertFault(
                callInDoubt("['fails']"),
                "mcp.tool-error",
                true,
                "asked what came of attempt 1: the tool failed: no idea");
        assertFault(callInDoubt("['well done']"), "mcp.bad-answer", true, "asked what came of attempt 1: ");
    }

    private static AgentReply callInDoubt(String says) throws Exception {
        server.checked.clear();
        try (AgentClient client = clients.open(Calls.agent(
                "mcp", "tool: echo", "reconcile: check", "url: " + server.url(), "retry: { backoff: PT0.01S }"))) {
            return client.callInDoubt(Calls.with("{'says':" + says + "}"), 1);
        }
    }

    @Test
    void aServerThatIsAwayIsTriedAgain() throws Exception {
        try (AgentClient client = clients.open(Calls.agent("mcp", "tool: echo", "url: http://127.0.0.1:1/mcp"))) {
            assertFault(client.call(Calls.with("{}")), "mcp.connection", true, "cannot be reached");
        }
    }

    @Test
    void workersStartNoProgramThatTheirOperatorsDidNotName() {
        assertThatThrownBy(() -> clients.open(Calls.agent("mcp", "tool: echo", "command: [sh, -c, exit]")))
                .hasMessageContaining("names the program \"sh\"")
                .hasMessageContaining("POSTROAD_MCP_COMMANDS");
    }

    @Test
    void aProgramThatIsNoServerIsAFaultAndEnds() throws Exception {
        try (AgentClients trusting = new AgentClients(Calls.environment().withMcpCommands(Set.of("/no/such/program")));
                AgentClient client = trusting.open(Calls.agent("mcp", "tool: echo", "command: /no/such/program"))) {
            assertFault(client.call(Calls.dueAt(Calls.NOW.plusSeconds(20))), "mcp.connection", true, "");
        }
    }

    /** The worker's own has the worker's own secrets in it. */
    @Test
    void aProgramFindsNothingOfTheWorkersEnvironmentButWhereThingsAre(@TempDir Path folder) throws Exception {
        Path found = folder.resolve("found");
        String program = "command: [sh, -c, 'env > " + found + ".new; mv " + found + ".new " + found + "']";
        try (AgentClients trusting = new AgentClients(Calls.environment().withMcpCommands(Set.of("sh")));
                AgentClient client =
                        trusting.open(Calls.agent("mcp", "tool: echo", program, "env: { GIVEN: to-the-program }"))) {
            assertThat(client.call(Calls.dueAt(Calls.NOW.plusSeconds(20)))).isInstanceOf(Faulted.class);
            Site.await("it has looked", () -> Files.exists(found));
        }
        List<String> names = Files.readAllLines(found).stream()
                .map(line -> line.replaceFirst("=.*", ""))
                .toList();
        assertThat(System.getenv().size()).as("the worker has more").isGreaterThan(6);
        assertThat(names)
                .contains("GIVEN", "PATH")
                .isSubsetOf("GIVEN", "HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER", "PWD", "OLDPWD", "SHLVL", "_");
    }

    @Test
    void aTracedCallIsASpanOfTheToolThatTellsNoSecret() throws Exception {
        CallTrace trace = new CallTrace(true, () -> Calls.NOW);
        assertThat(trace.during(() -> call("echo", "{'a':1}"))).isInstanceOf(Completed.class);
        assertThat(trace.during(() -> call("fails", "{'a':1}"))).isInstanceOf(Faulted.class);

        CallTrace.Call echo = trace.calls().getFirst();
        assertThat(echo.name()).isEqualTo("execute_tool echo");
        assertThat(echo.attributes())
                .containsEntry("gen_ai.operation.name", "execute_tool")
                .containsEntry("gen_ai.tool.name", "echo")
                .containsEntry("gen_ai.tool.call.arguments", "{\"a\":1}")
                .containsEntry("gen_ai.tool.call.result", "{\"said\":{\"a\":1}}");
        CallTrace.Call fails = trace.calls().getLast();
        assertThat(fails.errorType()).isEqualTo("mcp.tool-error");
        assertThat(fails.attributes()).doesNotContainKey("gen_ai.tool.call.result");
    }

    private static AgentClient client(String tool) throws Exception {
        return clients.open(Calls.agent(
                "mcp", "tool: " + tool, "url: " + server.url(), "headers: { Authorization: 'Bearer ${env:TOKEN}' }"));
    }

    private static AgentReply call(String tool, String input) throws Exception {
        try (AgentClient client = client(tool)) {
            return client.call(Calls.with(input));
        }
    }

    private static void assertFault(AgentReply reply, String type, boolean retryable, String message) {
        assertThat(reply).isInstanceOfSatisfying(Faulted.class, fault -> {
            assertThat(fault.type()).isEqualTo(type);
            assertThat(fault.retryable()).isEqualTo(retryable);
            assertThat(fault.message()).contains(message);
        });
    }
}
