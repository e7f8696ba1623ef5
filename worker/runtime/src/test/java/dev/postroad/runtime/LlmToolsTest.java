package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.contracts.host.AgentHost;
import dev.postroad.contracts.host.HostSettings;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.testing.ModelServer;
import dev.postroad.runtime.testing.ModelServer.Call;
import dev.postroad.runtime.testing.ModelServer.Turn;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.TaskServer;
import dev.postroad.runtime.testing.WorkerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model that calls tools, each call of which is a task of the run. */
@NullMarked
class LlmToolsTest {
    private static final String EVERYTHING =
            System.getProperty("postroad.everything", System.getenv().getOrDefault("POSTROAD_TEST_EVERYTHING", ""));
    private static final String KEY = "sk-of-the-model";
    private static final Map<String, String> OF_A_SHORT_LEASE = Map.of("POSTROAD_LEASE", "PT1S");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private static Site site;

    @SuppressWarnings("NullAway.Init")
    private static ModelServer server;

    @BeforeAll
    static void open() throws IOException {
        server = ModelServer.start();
        site = Site.open();
        site.worker(Map.of("POSTROAD_MCP_COMMANDS", "node", "POSTROAD_AGENT_MODEL_KEY", KEY));
        for (String service : List.of("weather", "slow", "broken")) {
            site.apply("agent: " + service + "\nkind: http\nurl: " + server.url() + "/services/" + service
                    + "\nretry: { maxAttempts: 2, backoff: PT0.01S }");
        }
        server.service(
                "weather",
                body -> "{\"output\": {\"sky\": \"grey over "
                        + body.path("input").path("city").asText()
                        + "\"}, \"usage\": {\"inputTokens\": 3, \"outputTokens\": 1}}");
        server.service("broken", body -> "503");
        site.apply("""
                graph: research
                description: Looks something up
                state: { topic: {}, found: { reducer: append } }
                nodes: { look: { agent: test-puppet, output: "{'found': result}" } }
                edges: [{ from: START, to: look }, { from: look, to: END }]""");
    }

    @AfterAll
    static void close() {
        site.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic"})
    void callsAJavaAgentAnHttpAgentAToolOfAnMcpServerAndAGraphSideBySide(String provider) {
        Path script = Path.of(EVERYTHING).resolve("node_modules/@modelcontextprotocol/server-everything/dist/index.js");
        Assumptions.assumeTrue(
                !EVERYTHING.isEmpty() && Files.exists(script),
                "npm install --prefix DIR @modelcontextprotocol/server-everything, and POSTROAD_TEST_EVERYTHING=DIR");
        site.apply("agent: echo\nkind: mcp\ntool: echo\ncommand: [node, '" + script + "', stdio]");
        publish(provider, provider, """
                [test-puppet, { agent: weather, description: The weather of a city, parameters: { type: object,
                  required: [city], properties: { city: { type: string } } } }, echo, { graph: research, name: look_up }]""");
        PuppetAgent.play(provider, call -> AgentReply.completed(Site.json("{'seen': '" + call.node() + "'}")));
        server.model(
                provider,
                request -> ModelServer.results(request).isEmpty()
                        ? new Turn(
                                "Let me see.",
                                List.of(
                                        new Call("c1", "test-puppet", "{}"),
                                        new Call("c2", "weather", "{\"city\": \"Bern\"}"),
                                        new Call("c3", "echo", "{\"message\": \"hi\"}"),
                                        new Call("c4", "look_up", "{\"topic\": \"ants\"}")))
                        : Turn.says("All of " + ModelServer.results(request)));

        JsonNode state = completed(provider, provider);
        assertThat(state.path("text").asText())
                .contains("test-puppet={\"seen\":\"test-puppet\"}")
                .contains("weather={\"sky\":\"grey over Bern\"}")
                .contains("echo=Echo: hi")
                .contains("look_up=", "\"topic\":\"ants\"", "\"found\":[{\"seen\":\"look\"}]");
        JsonNode first = server.asked(provider).getFirst();
        assertThat(first.path("tools").toString())
                .as("the tool of the server is told as that tells it, and the graph by its channels")
                .contains("Message to echo", "The weather of a city", "\"required\":[\"city\"]")
                .contains("Looks something up", "\"topic\":{}");
        List<RunEvent> journal = site.journal(provider);
        assertThat(journal)
                .filteredOn(event -> event.type() == EventType.NODE_CALLING)
                .hasSize(1);
        RunEvent calling = journal.stream()
                .filter(event -> event.type() == EventType.NODE_CALLING)
                .findFirst()
                .orElseThrow();
        assertThat(calling.data().path("said").asText()).isEqualTo("Let me see.");
        assertThat(calling.data().at("/calls/3/graphVersion").asInt()).isEqualTo(1);
        assertThat(calling.data().at("/usage/inputTokens").asInt()).isEqualTo(10);
        assertThat(journal)
                .filteredOn(event -> event.type() == EventType.NODE_COMPLETED)
                .extracting(RunEvent::task)
                .contains("ask@1/test-puppet@1.0", "ask@1/weather@1.1", "ask@1/echo@1.2", "ask@1/look_up@1.3/look@1");
        assertThat(site.number("SELECT tokens FROM postroad.runs WHERE run_id = ?", provider))
                .as("of two answers of the model, and of one tool")
                .isEqualTo(28);
        assertThat(site.number("SELECT sum(input_tokens) FROM postroad.agent_results WHERE run_id = ?", provider))
                .isEqualTo(23);
    }

    @Test
    void sumsWhatTheCallsOfTheModelCost() {
        publish("costly", "openai", "[weather]");
        server.model("costly", request -> callsUntil(request, 2, "{\"city\": \"Bern\"}"));
        completed("costly", "costly");
        RunEvent last = site.journal("costly").getLast();
        assertThat(last.data().at("/usage/cost").decimalValue()).isEqualByComparingTo("1.5");
        assertThat(last.data().at("/usage/inputTokens").asInt()).isEqualTo(3 * 10 + 2 * 3);
        assertThat(site.number(
                        "SELECT (cost * 10)::bigint FROM postroad.tasks WHERE run_id = 'costly' AND task = 'ask@1'"))
                .isEqualTo(15);
    }

    /** Calls the weather so many times, one after the other, and says something then. */
    private static Turn callsUntil(JsonNode request, int times, String arguments) {
        String results = ModelServer.results(request).getOrDefault("weather", "");
        int before = results.isEmpty() ? 0 : results.split(" \\| ", -1).length;
        return before < times ? Turn.calls(new Call("c" + before, "weather", arguments)) : Turn.says("done");
    }

    @Test
    void stopsAtTheBoundOfItsCallsWithAnErrorThatSaysSo() {
        publish("endless", "openai", "[weather]\nmaxToolCalls: 3");
        server.model("endless", request -> callsUntil(request, 1_000, "{}"));
        site.trigger("endless", "endless", "{}");
        JsonNode error = site.ended("endless").getLast().data().path("error");
        assertThat(error.path("type").asText()).isEqualTo("llm.max-tool-calls");
        assertThat(error.path("message").asText())
                .isEqualTo(
                        "the model asks for 1 more call of tools after 3, and maxToolCalls is 3; raise it, or let the"
                                + " model ask for less");
        assertThat(server.asked("endless")).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "anthropic"})
    void tellsTheModelWhatIsWrongWithItsCalls(String provider) {
        String name = "clumsy-" + provider;
        publish(name, provider, "[{ agent: weather, parameters: { type: object, required: [city] } }, broken]");
        server.model(name, request -> {
            Map<String, String> results = ModelServer.results(request);
            return results.isEmpty()
                    ? Turn.calls(
                            new Call("c1", "wheather", "{}"),
                            new Call("c2", "weather", "{\"city\": "),
                            new Call("c3", "weather", "{\"town\": 1}"),
                            new Call("c4", "broken", "{}"))
                    : Turn.says(results.toString());
        });
        String told = completed(name, name).path("text").asText();
        assertThat(told)
                .contains("wheather=Error: tool.unknown: there is no tool wheather; the tools are [weather, broken]")
                .contains(
                        "weather=Error: tool.bad-arguments: the arguments of tool weather cannot be used: they are no JSON")
                .contains("| Error: tool.bad-arguments: the arguments of tool weather cannot be used: ", "city")
                .contains("broken=Error: http.503: ");
        assertThat(site.journal(name))
                .filteredOn(event -> "ask@1/broken@1.0".equals(event.task()))
                .extracting(RunEvent::type)
                .containsExactly(
                        EventType.NODE_STARTED, EventType.NODE_RETRYING, EventType.NODE_STARTED, EventType.NODE_FAILED);
    }

    @Test
    void aCancelStopsTheToolThatIsUnderWay() throws Exception {
        CountDownLatch stopped = new CountDownLatch(1);
        publish("cancelled", "openai", "[test-puppet]");
        PuppetAgent.play("cancelled", call -> {
            try {
                new CountDownLatch(1).await();
                return PuppetAgent.nothing();
            } finally {
                stopped.countDown();
            }
        });
        server.model("cancelled", request -> Turn.calls(new Call("c1", "test-puppet", "{}")));
        site.trigger("cancelled", "cancelled", "{}");
        Site.await("the tool is called", () -> !PuppetAgent.calls("cancelled").isEmpty());
        site.control("cancelled", new Control.Cancel("enough"));
        assertThat(site.ended("cancelled").getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
        stopped.await();
        assertThat(server.asked("cancelled")).hasSize(1);
    }

    @Test
    void whatTheModelGivesAwayIsHiddenInTheCallsOfItsTools() {
        publish("chatty", "openai", "[weather]\napiKey: ${env:POSTROAD_AGENT_MODEL_KEY}");
        server.model(
                "chatty",
                request -> ModelServer.results(request).isEmpty()
                        ? Turn.calls(
                                new Call("c1", "weather", "{\"city\": \"" + KEY + "\"}"), new Call("c2", KEY, "{}"))
                        : Turn.says("done"));
        completed("chatty", "chatty");
        assertThat(site.journal("chatty").toString()).contains("***").doesNotContain(KEY);
        Site.await(
                "it is published",
                () -> site.published("chatty").size() == site.journal("chatty").size());
        assertThat(site.published("chatty").toString()).contains("***").doesNotContain(KEY);
    }

    @Test
    void aToolThatAsksAPersonHasTheRunWait() {
        publish("approving", "openai", "[test-puppet]");
        PuppetAgent.play(
                "approving",
                call -> call.answers().isEmpty()
                        ? new AgentReply.Interrupted(Site.json("'May I?'"))
                        : AgentReply.completed(call.answers().getFirst()));
        server.model(
                "approving",
                request -> ModelServer.results(request).isEmpty()
                        ? Turn.calls(new Call("c1", "test-puppet", "{}"))
                        : Turn.says("They said " + ModelServer.results(request).get("test-puppet")));
        site.trigger("approving", "approving", "{}");
        site.journalWith("approving", event -> event.type() == EventType.RUN_WAITING);
        site.control("approving", Control.Resume.with(Site.json("'by all means'")));
        assertThat(site.ended("approving").getLast().data().at("/state/text").asText())
                .isEqualTo("They said by all means");
        assertThat(server.asked("approving")).hasSize(2);
    }

    @Test
    void aToolThatIsNotThereIsRefusedWhenItsAgentIsPublished() {
        site.apply("agent: hopeful\nkind: llm\nbaseUrl: " + server.url()
                + "/v1\nmodel: m\ntools: [nobody, { graph: nowhere }]");
        Site.await(
                "it is refused",
                () -> site.number("SELECT count(*) FROM postroad.agent_events WHERE agent = 'hopeful'"
                                + " AND data::text LIKE '%tools[0]: there is no agent nobody%'"
                                + " AND data::text LIKE '%tools[1].graph: there is no graph nowhere%'")
                        == 1);
    }

    @Test
    void aKilledWorkerRepeatsNoCallOfAToolThatHasAnswered() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger waiting = new AtomicInteger();
        server.service("slow", body -> {
            try {
                waiting.incrementAndGet();
                release.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            return "{\"output\": {\"slowly\": true}}";
        });
        server.model("mortal", request -> {
            Map<String, String> results = ModelServer.results(request);
            return results.isEmpty()
                    ? Turn.calls(new Call("c1", "weather", "{\"city\": \"Rome\"}"))
                    : results.size() == 1
                            ? Turn.calls(
                                    new Call("c2", "slow", "{}"), new Call("c3", "weather", "{\"city\": \"Bern\"}"))
                            : Turn.says(results.toString());
        });
        try (Site other = Site.open(4);
                WorkerProcess first = mortal(other)) {
            first.awaitReady();
            for (String service : List.of("weather", "slow")) {
                other.apply("agent: " + service + "\nkind: http\nurl: " + server.url() + "/services/" + service);
            }
            publish(other, "mortal", "openai", "[weather, slow]");
            long weatherBefore = server.served("weather");
            other.trigger("mortal", "mortal", "{}");
            other.journalWith(
                    "mortal",
                    event -> event.type() == EventType.NODE_COMPLETED && "ask@1/weather@2.1".equals(event.task()));
            Site.await("the slow tool is called", () -> waiting.get() == 1);
            first.kill();
            other.worker(OF_A_SHORT_LEASE);
            Site.await("whoever took over calls the slow tool", () -> waiting.get() == 2);
            release.countDown();
            RunEvent last = other.ended("mortal").getLast();
            assertThat(last.type()).isEqualTo(EventType.RUN_COMPLETED);
            assertThat(last.data().at("/state/text").asText())
                    .contains("grey over Rome", "grey over Bern", "slow={\"slowly\":true}");
            assertThat(server.served("weather") - weatherBefore)
                    .as("no call again")
                    .isEqualTo(2);
            assertThat(server.asked("mortal")).as("no request again").hasSize(3);
            assertThat(last.data().at("/usage/inputTokens").asInt()).isEqualTo(3 * 10 + 2 * 3);
        }
    }

    /** Over Kafka; waits to be let go, and counts its calls. */
    private static final class Remote implements JavaAgent {
        private final AtomicInteger calls = new AtomicInteger();
        private final CountDownLatch go = new CountDownLatch(1);

        @Override
        public String name() {
            return "remote";
        }

        @Override
        public AgentReply call(AgentCall call) throws Exception {
            calls.incrementAndGet();
            go.await();
            return AgentReply.completed(Site.json("{'far': " + call.input().path("miles") + "}"));
        }
    }

    private static AgentHost serve(Site at, Remote remote) {
        HostSettings settings = HostSettings.of(
                        Map.of("bootstrap.servers", at.kafka(), "metadata.max.age.ms", "200"), at.topics())
                .withDrain(Duration.ZERO);
        return AgentHost.start(settings, List.of(remote), InstantSource.system());
    }

    private static Turn weatherAndRemote(JsonNode request) {
        Map<String, String> results = ModelServer.results(request);
        return results.isEmpty()
                ? Turn.calls(
                        new Call("c1", "weather", "{\"city\": \"Rome\"}"), new Call("c2", "remote", "{\"miles\": 7}"))
                : Turn.says(results.toString());
    }

    @Test
    void aToolOverKafkaHasTheRunRestUntilItAnswers() {
        Remote remote = new Remote();
        try (AgentHost _ = serve(site, remote)) {
            site.apply("agent: remote\nkind: kafka");
            publish("distant", "openai", "[weather, remote]");
            server.model("distant", LlmToolsTest::weatherAndRemote);
            site.trigger("distant", "distant", "{}");
            site.journalWith("distant", event -> event.type() == EventType.RUN_WAITING);
            Site.await("the host has it", () -> remote.calls.get() == 1);
            remote.go.countDown();
            List<RunEvent> journal = site.ended("distant");
            assertThat(journal.getLast().data().at("/state/text").asText())
                    .contains("weather={\"sky\":\"grey over Rome\"}", "remote={\"far\":7}");
            assertThat(journal)
                    .filteredOn(event -> "ask@1/remote@1.1".equals(event.task()))
                    .extracting(RunEvent::type)
                    .containsExactly(EventType.NODE_STARTED, EventType.NODE_WAITING, EventType.NODE_COMPLETED);
            assertThat(server.asked("distant")).hasSize(2);
            assertThat(remote.calls).hasValue(1);
        }
    }

    @Test
    void aToolThatItsServerWorksOnAsATaskHasTheRunRestUntilItIsDone() throws Exception {
        try (TaskServer tools = TaskServer.start(TaskServer.Protocol.STATELESS)) {
            site.apply("agent: patient\nkind: mcp\ntool: work\nurl: " + tools.url());
            publish("resting", "openai", "[patient]");
            publish("interrupted", "openai", "[patient]");
            server.model("resting", request -> workAsTask(request, "{\"name\": \"rest\"}"));
            server.model("interrupted", request -> workAsTask(request, "{\"name\": \"ask\", \"how\": \"asks\"}"));
            site.trigger("resting", "resting", "{}");
            site.trigger("interrupted", "interrupted", "{}");
            site.journalWith("resting", event -> event.type() == EventType.RUN_WAITING);
            site.journalWith("interrupted", event -> event.type() == EventType.RUN_WAITING);
            tools.finish();
            assertThat(site.ended("resting").getLast().data().at("/state/text").asText())
                    .contains("patient=rest");
            site.control("interrupted", new Control.Cancel("enough"));
            assertThat(site.ended("interrupted").getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
            Site.await("its server knows", () -> tools.cancelled().contains("ask"));
            assertThat(tools.called()).containsExactlyInAnyOrder("rest", "ask");
        }
    }

    private static Turn workAsTask(JsonNode request, String arguments) {
        Map<String, String> results = ModelServer.results(request);
        return results.isEmpty() ? Turn.calls(new Call("c1", "patient", arguments)) : Turn.says(results.toString());
    }

    @Test
    void aCancelIsToldToAToolOverKafka() {
        Remote remote = new Remote();
        try (AgentHost host = serve(site, remote)) {
            site.apply("agent: remote\nkind: kafka");
            publish("recalled", "openai", "[weather, remote]");
            server.model("recalled", LlmToolsTest::weatherAndRemote);
            site.trigger("recalled", "recalled", "{}");
            Site.await("the host has it", () -> host.underWay() == 1);
            site.journalWith("recalled", event -> event.type() == EventType.NODE_WAITING);
            site.control("recalled", new Control.Cancel("enough"));
            assertThat(site.ended("recalled").getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
            Site.await("the host has left it", () -> host.underWay() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = EventType.class,
            names = {"NODE_WAITING", "RUN_WAITING"})
    void aKilledWorkerSendsNoToolOverKafkaAgain(EventType killedAfter) throws Exception {
        server.model("mortal", LlmToolsTest::weatherAndRemote);
        Remote remote = new Remote();
        try (Site other = Site.open(4);
                WorkerProcess first = mortal(other);
                AgentHost _ = serve(other, remote)) {
            first.awaitReady();
            other.apply("agent: weather\nkind: http\nurl: " + server.url() + "/services/weather");
            other.apply("agent: remote\nkind: kafka");
            publish(other, "mortal", "openai", "[weather, remote]");
            long weatherBefore = server.served("weather");
            int askedBefore = server.asked("mortal").size();
            other.trigger("mortal", "mortal", "{}");
            other.journalWith(
                    "mortal",
                    event -> event.type() == EventType.NODE_COMPLETED && "ask@1/weather@1.0".equals(event.task()));
            other.journalWith("mortal", event -> event.type() == killedAfter);
            first.kill();
            other.worker(OF_A_SHORT_LEASE);
            remote.go.countDown();
            List<RunEvent> journal = other.ended("mortal");
            assertThat(journal.getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
            assertThat(journal.getLast().data().at("/state/text").asText()).contains("remote={\"far\":7}");
            assertThat(journal)
                    .filteredOn(event -> "ask@1/remote@1.1".equals(event.task()))
                    .extracting(RunEvent::type)
                    .containsExactly(EventType.NODE_STARTED, EventType.NODE_WAITING, EventType.NODE_COMPLETED);
            assertThat(other.records(other.topics().agentTasks("remote"))).hasSize(1);
            assertThat(remote.calls).hasValue(1);
            assertThat(server.served("weather") - weatherBefore).isEqualTo(1);
            assertThat(server.asked("mortal").size() - askedBefore).isEqualTo(2);
        }
    }

    private WorkerProcess mortal(Site at) {
        return WorkerProcess.start(at.mortal(OF_A_SHORT_LEASE), List.of(), directory.resolve("mortal.log"));
    }

    private static void publish(String name, String provider, String tools) {
        publish(site, name, provider, tools);
    }

    /** An agent, and a graph with it, both of that name, as that of the model. */
    private static void publish(Site at, String name, String provider, String tools) {
        at.apply("""
                agent: %1$s
                kind: llm
                provider: %2$s
                baseUrl: %3$s/v1
                model: %1$s
                prompt: Go
                tools: %4$s
                ---
                graph: %1$s
                state: { text: {} }
                nodes: { ask: { agent: %1$s } }
                edges: [{ from: START, to: ask }, { from: ask, to: END }]""".formatted(name, provider, server.url(), tools));
    }

    private static JsonNode completed(String graph, String runId) {
        site.trigger(graph, runId, "{}");
        RunEvent last = site.ended(runId).getLast();
        assertThat(last.type()).as(last.data().toString()).isEqualTo(EventType.RUN_COMPLETED);
        return last.data().path("state");
    }
}
