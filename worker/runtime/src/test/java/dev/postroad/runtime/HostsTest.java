package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.contracts.host.AgentHost;
import dev.postroad.contracts.host.HostSettings;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.testing.HostProcess;
import dev.postroad.runtime.testing.Site;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Agents that hosts in other languages serve, each in a process of its own. */
class HostsTest {
    private static final String AGENT_AND_GRAPH = """
            agent: NAME
            kind: KIND
            retry: { maxAttempts: 3, backoff: PT0.05S }
            ---
            graph: NAME
            state: { mode: {}, log: { reducer: append } }
            nodes:
              work: { agent: NAME, goto: [beyond] }
              after: { set: "{'log': 'after'}" }
              beyond: { set: "{'log': 'beyond'}" }
            edges:
              - { from: START, to: work }
              - { from: work, when: "state.mode == 'jumps'", to: END }
              - { from: work, otherwise: true, to: after }
              - { from: beyond, to: END }
              - { from: after, to: END }
            """;

    /** The system's, as its packages are seen by no other. */
    private static final String PYTHON =
            Files.isExecutable(Path.of("/usr/bin/python3")) ? "/usr/bin/python3" : "python3";

    private static final boolean HAS_KAFKA = HostProcess.succeeds(PYTHON, "-c", "import kafka");

    @TempDir
    private static Path folder;

    private static Site site;
    private static final List<HostProcess> HOSTS = new ArrayList<>();

    @BeforeAll
    static void start() {
        site = Site.open();
        site.worker();
        if (hasPython()) {
            List<String> command = new ArrayList<>(List.of(PYTHON, "-B", "contracts/hosts/python/tests/agents.py"));
            if (HAS_KAFKA) {
                command.addAll(List.of(site.kafka(), site.topics().prefix()));
            }
            HostProcess python = started(HostProcess.repository(), command.toArray(String[]::new));
            serve("python", http("python", python.said("port")));
            if (HAS_KAFKA) {
                serve("pykafka", "kafka\nheartbeat: PT20S");
                python.said("ready");
            }
        }
        if (HostProcess.hasPackages()) {
            Path copy = HostProcess.javascript(folder);
            HostProcess node = started(
                    copy, "node", "test/agents.js", site.kafka(), site.topics().prefix());
            serve("jshttp", http("jshttp", node.said("port")));
            serve("jskafka", "kafka\nheartbeat: PT20S");
            node.said("ready");
        }
    }

    private static boolean hasPython() {
        return HostProcess.succeeds(PYTHON, "--version");
    }

    private static HostProcess started(Path where, String... command) {
        HostProcess host = HostProcess.start(where, command);
        HOSTS.add(host);
        return host;
    }

    private static String http(String name, String port) {
        return "http\nurl: http://127.0.0.1:" + port + "/" + name;
    }

    private static void serve(String name, String kind) {
        site.apply(AGENT_AND_GRAPH.replace("NAME", name).replace("KIND", kind));
    }

    @AfterAll
    static void stop() {
        HOSTS.forEach(HostProcess::close);
        site.close();
    }

    private static void assume(String agent) {
        if (agent.equals("python")) {
            Assumptions.assumeTrue(hasPython(), "python3 is not installed");
        } else if (agent.equals("pykafka")) {
            Assumptions.assumeTrue(HAS_KAFKA, "apt-get install python3-kafka");
        } else {
            Assumptions.assumeTrue(HostProcess.hasPackages(), HostProcess.HOW_TO_INSTALL);
        }
    }

    private static String begin(String agent, String mode) {
        assume(agent);
        String run = agent + "-" + mode;
        site.trigger(agent, run, "{\"mode\": \"" + mode + "\"}");
        return run;
    }

    private static List<String> log(List<RunEvent> journal) {
        assertThat(journal.getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        JsonNode log = journal.getLast().data().path("state").path("log");
        return log.valueStream().map(JsonNode::asText).toList();
    }

    @Test
    void hostsInAllLanguagesAreOfOneGroup() {
        HostSettings settings =
                HostSettings.of(Map.of("bootstrap.servers", site.kafka(), "metadata.max.age.ms", "200"), site.topics());
        JavaAgent agent = new JavaAgent() {
            @Override
            public String name() {
                return "javakafka";
            }

            @Override
            public AgentReply call(AgentCall call) {
                return AgentReply.completed(Site.json("{'log': 'worked in java'}"));
            }
        };
        serve("javakafka", "kafka");
        try (AgentHost _ = AgentHost.start(settings.withDrain(Duration.ZERO), List.of(agent), InstantSource.system())) {
            site.trigger("javakafka", "javakafka", "{'mode': 'works'}");
            assertThat(log(site.ended("javakafka"))).contains("worked in java");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "pykafka", "jshttp", "jskafka"})
    void anAgentWorksAndShowsAndLogsAndCounts(String agent) {
        String run = begin(agent, "works");
        List<RunEvent> journal = site.ended(run);
        assertThat(log(journal)).containsExactly("worked as attempt 1", "after");
        JsonNode usage = journal.stream()
                .filter(event -> event.type() == EventType.NODE_COMPLETED)
                .findFirst()
                .orElseThrow()
                .data()
                .path("usage");
        assertThat(usage.path("inputTokens").asInt()).isEqualTo(5);
        assertThat(usage.path("model").asText()).isEqualTo("none");
        Site.await("what it shows is shown", () -> chunks(run).equals(List.of("at works")));
        Site.await(
                "what it logged is kept",
                () -> site.number(
                                "SELECT count(*) FROM postroad.agent_logs WHERE run_id = ? AND message = ?",
                                run,
                                "called as " + run + "/work@1")
                        == 1);
    }

    private static List<String> chunks(String runId) {
        return site.records(site.topics().output()).stream()
                .map(record -> Site.json(new String(record.value(), StandardCharsets.UTF_8)))
                .filter(chunk -> chunk.path("runId").asText().equals(runId))
                .map(chunk -> chunk.path("chunk").asText())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "pykafka", "jshttp", "jskafka"})
    void anErrorIsTriedAgain(String agent) {
        List<RunEvent> journal = site.ended(begin(agent, "fails"));
        assertThat(log(journal)).contains("worked as attempt 2");
        JsonNode retrying = journal.stream()
                .filter(event -> event.type() == EventType.NODE_RETRYING)
                .findFirst()
                .orElseThrow()
                .data();
        assertThat(retrying.path("error").toString()).contains("busy", "not yet");
        assertThat(retrying.path("usage").path("inputTokens").asInt())
                .as("%s", retrying)
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "pykafka", "jshttp", "jskafka"})
    void aQuestionIsAnsweredByAPerson(String agent) {
        String run = begin(agent, "asks");
        site.journalWith(run, event -> event.type() == EventType.RUN_WAITING);
        site.control(run, new Control.Resume(Map.of(Control.Resume.ONLY, Site.json("'yes'")), null, List.of()));
        assertThat(log(site.ended(run))).contains("answered yes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "pykafka", "jshttp", "jskafka"})
    void anAgentSleepsAndIsCalledAgain(String agent) {
        assertThat(log(site.ended(begin(agent, "sleeps")))).containsExactly("worked as attempt 2", "after");
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "pykafka", "jshttp", "jskafka"})
    void anAgentSaysWhereToGoOn(String agent) {
        assertThat(log(site.ended(begin(agent, "jumps")))).containsExactly("jumped", "beyond");
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "pykafka", "jshttp", "jskafka"})
    void anAgentIsToldThatItsRunWasCancelled(String agent) {
        String run = begin(agent, "hangs");
        Site.await("it is at work", () -> chunks(run).contains("at hangs"));
        site.control(run, new Control.Cancel("enough"));
        assertThat(site.ended(run).getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
        Site.await(
                "the agent is told",
                () -> HOSTS.stream().anyMatch(host -> host.lines().contains("cancelled " + run)));
    }

    @Test
    void graphsOfLangGraphEndAsTheyDoThere() throws IOException {
        Assumptions.assumeTrue(HostProcess.hasPackages(), HostProcess.HOW_TO_INSTALL);
        Path definitions = Files.createDirectory(folder.resolve("definitions"));
        HostProcess node =
                started(folder.resolve("javascript"), "node", "test/langgraph-agents.js", definitions.toString());
        end(node, definitions, "");
    }

    @Test
    void graphsOfLangGraphInPythonEndAsTheyDoThere() throws IOException {
        Assumptions.assumeTrue(HostProcess.hasLangGraphOfPython(), HostProcess.HOW_TO_INSTALL_FOR_PYTHON);
        Path definitions = Files.createDirectory(folder.resolve("python"));
        List<String> command = HostProcess.withLangGraph(
                PYTHON, "contracts/hosts/python/tests/langgraph_agents.py", definitions.toString());
        if (HAS_KAFKA) {
            command.addAll(List.of(site.kafka(), site.topics().prefix()));
        }
        end(started(HostProcess.repository(), command.toArray(String[]::new)), definitions, "py-");
    }

    /** Runs the graphs of a host, which says how LangGraph itself ends them. */
    private static void end(HostProcess host, Path definitions, String prefix) throws IOException {
        List<String> names = List.of("jokes", "report", "letter", "weather", "desk");
        host.said("ready");
        for (String name : names) {
            site.apply(Files.readString(definitions.resolve(name + ".yaml")));
        }
        for (String name : names) {
            JsonNode expected = Site.json(host.said(name));
            String graph = prefix + name;
            site.trigger(graph, graph, expected.path("input").toString());
            int asked = 0;
            for (JsonNode answer : expected.path("answers")) {
                answer(graph, ++asked, answer);
            }
            List<RunEvent> journal = site.ended(graph);
            assertThat(journal.getLast().type()).as(graph).isEqualTo(EventType.RUN_COMPLETED);
            assertThat(told(journal.getLast().data().path("state"))).as(graph).isEqualTo(told(expected.path("state")));
        }
    }

    private static void answer(String run, int asked, JsonNode answer) {
        Site.await(
                "question " + asked + " of " + run,
                () -> site.journal(run).stream()
                                .filter(event -> event.type() == EventType.NODE_WAITING
                                        && event.data().has("interrupt"))
                                .count()
                        == asked);
        site.control(run, new Control.Resume(Map.of(Control.Resume.ONLY, answer), null, List.of()));
    }

    /** But for what LangGraph makes up by chance, and channels that nobody wrote. */
    private static JsonNode told(JsonNode state) {
        ObjectNode told = state.deepCopy();
        told.findParents("role").forEach(message -> ((ObjectNode) message).remove("id"));
        told.properties().removeIf(channel -> channel.getValue().isNull());
        return told;
    }

    @Test
    void theTestsOfThePackageForJavascriptSucceed() throws InterruptedException {
        Assumptions.assumeTrue(HostProcess.hasPackages(), HostProcess.HOW_TO_INSTALL);
        succeeds(folder.resolve("javascript"), "npm", "test", "--silent");
    }

    @Test
    void theTestsOfThePackageForPythonSucceed() throws InterruptedException {
        assume("python");
        List<String> command = new ArrayList<>(List.of(PYTHON, "-B", "-m", "unittest", "tests/test_host.py"));
        if (HAS_KAFKA) {
            command.add("tests/test_kafka.py");
        }
        succeeds(HostProcess.repository().resolve("contracts/hosts/python"), command.toArray(String[]::new));
    }

    @Test
    void theTestsOfThePackageForLangGraphInPythonSucceed() throws InterruptedException {
        Assumptions.assumeTrue(HostProcess.hasLangGraphOfPython(), HostProcess.HOW_TO_INSTALL_FOR_PYTHON);
        succeeds(
                HostProcess.repository().resolve("contracts/hosts/python"),
                HostProcess.withLangGraph(PYTHON, "-m", "unittest", "tests/test_langgraph.py")
                        .toArray(String[]::new));
    }

    private static void succeeds(Path where, String... command) throws InterruptedException {
        try (HostProcess tests = HostProcess.start(where, command)) {
            assertThat(tests.exit()).as(() -> String.join("\n", tests.lines())).isZero();
        }
    }
}
