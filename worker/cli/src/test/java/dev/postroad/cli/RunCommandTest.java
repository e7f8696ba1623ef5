package dev.postroad.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.cli.servers.Await;
import dev.postroad.cli.servers.Embedded;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.embedded.EmbeddedPorts;
import dev.postroad.runtime.availability.AgentSwitch;
import dev.postroad.runtime.config.Variables;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on real servers, which one process runs and the others join, as beside {@code postroad dev}. */
@NullMarked
final class RunCommandTest {
    private static final String UNREACHABLE_AGENT = """
            graph: unreachable
            state: { n: { default: 0 } }
            nodes: { ask: { agent: nobody-there, retry: { maxAttempts: %d, backoff: PT1M } } }
            edges: [ { from: START, to: ask }, { from: ask, to: END } ]
            ---
            agent: nobody-there
            kind: http
            url: http://127.0.0.1:1/
            """;

    @TempDir
    private static Path data = Path.of("");

    private static @Nullable Surroundings owner;
    private static @Nullable Servers servers;

    private final TestShell shell = new TestShell(data);

    @BeforeAll
    static void start() throws FaultsException, IOException {
        writeJar(Files.createDirectory(data.resolve("plugins")).resolve("greeting.jar"), GreetingAgent.class);
        owner = new TestShell(data).surroundings();
        Embedded embedded = Embedded.open(owner, Variables.of(Map.of()), EmbeddedPorts.free());
        embedded.prepare(Need.WORKER);
        servers = embedded.servers();
    }

    @AfterAll
    static void stop() {
        if (owner != null) {
            owner.shutdown().run();
        }
    }

    @Test
    void takesJavaAgentsFromThePlugInFolderOfTheDataDirectory() throws IOException {
        Path graph = Files.writeString(data.resolve("greeted.yaml"), """
                graph: greeted
                state: { said: {} }
                nodes: { greet: { agent: greeting } }
                edges: [ { from: START, to: greet }, { from: greet, to: END } ]
                ---
                agent: greeting
                kind: java
                """);
        assertThat(shell.run("run", graph.toString(), "--run-id", "greeted-1")).isZero();
        assertThat(shell.out()).contains("hello");
        assertThat(shell.err())
                .containsSubsequence(
                        "node.started",
                        "  greet | thinking\n",
                        "  greet | of a word\n",
                        "node.completed",
                        "run.completed");
        assertThat(shell.run("run", graph.toString(), "--no-output")).isZero();
        assertThat(shell.err()).doesNotContain("thinking");
        assertThat(shell.run("run", graph.toString(), "--json")).isZero();
        assertThat(shell.out())
                .containsSubsequence("node.started", "\"index\":0,\"chunk\":", "\"index\":1,", "node.completed");

        assertThat(Await.until(
                        Duration.ofSeconds(30),
                        () -> shell.run("logs", "greeted-1") == 0
                                && shell.out().lines().count() == 2))
                .isTrue();
        assertThat(shell.out())
                .containsPattern("INFO +greet: says hello to greeted-1 +\\{\"tone\":\"warm\"\\}")
                .containsPattern("DEBUG +greet: has said it");
        assertThat(shell.run("logs", "greeted-1", "--level", "info", "--json")).isZero();
        assertThat(shell.out()).contains("\"level\":\"info\"").doesNotContain("has said it");
        assertThat(shell.run("logs", "nobody")).isEqualTo(1);
        assertThat(shell.err()).contains("nobody");
        assertThat(shell.run("logs", "greeted-1", "--level", "loud")).isEqualTo(2);
        assertThat(shell.err()).contains("use one of trace, debug, info, warn, error");
    }

    private static void writeJar(Path jar, Class<?> agent) throws IOException {
        String entry = agent.getName().replace('.', '/') + ".class";
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out);
                InputStream code = Objects.requireNonNull(agent.getResourceAsStream("/" + entry))) {
            zip.putNextEntry(new ZipEntry(entry));
            code.transferTo(zip);
            zip.putNextEntry(new ZipEntry("META-INF/services/" + JavaAgent.class.getName()));
            zip.write(agent.getName().getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void runsAnExampleAndPrintsItsFinalState() throws FaultsException {
        assertThat(shell.run("run", "hello", "--input", "{\"name\": \"Zoë\", \"loud\": true}"))
                .isZero();
        assertThat(Json.read(shell.out()))
                .isEqualTo(Json.read("{\"name\": \"Zoë\", \"loud\": true, \"greeting\": \"HELLO, ZOë!\"}"));
        assertThat(shell.err()).contains("node.completed    greet", "node.completed    shout", "100 %  run.completed");
    }

    @Test
    void saysWhyWorkersRefuseADefinition() {
        String keyless = """
                agent: keyless
                kind: http
                url: http://127.0.0.1:1/
                headers: { Authorization: "Bearer ${env:NOBODY_SET_THIS}" }
                """;
        assertThat(shell.in(keyless).run("apply", "-")).isEqualTo(1);
        assertThat(shell.err())
                .contains(
                        "the workers refuse agent/keyless",
                        "refers to the environment variable \"NOBODY_SET_THIS\", which is not set",
                        "set it on every worker");
    }

    @Test
    void writesEventsAndNothingElseAsJson() throws FaultsException {
        assertThat(shell.in("{\"name\": \"Ada\"}").run("run", "hello", "--json", "--input", "-"))
                .isZero();
        List<String> lines = shell.out().lines().toList();
        assertThat(RunEvent.read(lines.getFirst().getBytes(StandardCharsets.UTF_8))
                        .type())
                .isEqualTo(EventType.RUN_QUEUED);
        RunEvent end = RunEvent.read(lines.getLast().getBytes(StandardCharsets.UTF_8));
        assertThat(end.type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(end.data().path("state").path("greeting").textValue()).isEqualTo("Hello, Ada!");
        assertThat(shell.err()).isEmpty();
    }

    @Test
    void showsWhatHasHappened() throws FaultsException {
        assertThat(shell.run("trigger", "hello", "--run-id", "shown", "--tag", "a=b"))
                .isZero();
        assertThat(shell.out()).isEqualTo("shown\n");
        assertThat(shell.run("watch", "shown")).isZero();
        assertThat(shell.err()).contains("run.completed");
        assertThat(shell.run("show", "shown")).isZero();
        assertThat(shell.out()).contains("status    completed", "tags      a=b", "✔ greet");
        assertThat(shell.run("state", "shown", "--version", "1")).isZero();
        assertThat(Json.read(shell.out()).path("greeting").textValue()).isEmpty();
        assertThat(shell.run("state", "shown", "--version", "99")).isEqualTo(1);
        assertThat(shell.err()).contains("has no version 99 of its state, but 0 to 2");
        assertThat(shell.run("runs", "--graph", "hello", "--status", "completed"))
                .isZero();
        assertThat(shell.out()).contains("shown");
        assertThat(shell.run("health")).isZero();
    }

    @Test
    void agentsAreSwitchedOffAndOnAndRemoved() throws InterruptedException, FaultsException {
        String agent = "agent: switched\nkind: http\nurl: http://127.0.0.1:1/\n";
        assertThat(shell.in(agent).run("apply", "-")).isZero();
        assertThat(shell.run("agents", "disable", "switched", "--why", "too expensive"))
                .isZero();
        assertThat(shell.run("agents")).isZero();
        assertThat(shell.out()).containsPattern("switched +http +disabled by person .* ago: too expensive +closed");
        AgentSwitch agents = Objects.requireNonNull(servers).agentSwitch();
        shell.runUntil(
                "agent.enabled",
                () -> assertThat(agents.enable("switched", AgentSwitch.By.PERSON, null))
                        .isTrue(),
                "agents",
                "events",
                "switched",
                "-f");
        assertThat(shell.out().lines())
                .hasSize(3)
                .first(STRING)
                .contains("agent.registered           switched  kind: http");
        assertThat(shell.run("agents", "enable", "switched")).isZero();
        assertThat(shell.out()).isEqualTo("agent/switched: was enabled already\n");
        assertThat(shell.run("agents", "--json")).isZero();
        assertThat(shell.out()).contains("{\"name\":\"switched\",\"kind\":\"http\",\"enabled\":true,");

        assertThat(shell.run("remove", "agent/switched", "graph/nothing")).isEqualTo(1);
        assertThat(shell.err()).contains("postroad: there is no graph/nothing; ");
        assertThat(shell.run("remove", "agent/switched")).isZero();
        assertThat(shell.out()).isEqualTo("agent/switched: removed\n");
        assertThat(shell.run("agents", "enable", "switched")).isEqualTo(1);
        assertThat(shell.err()).contains("postroad: there is no agent switched; ");
        assertThat(shell.in(agent).run("apply", "-")).isZero();
        assertThat(shell.out()).isEqualTo("agent/switched: new\n");
    }

    @Test
    void refusesASecondRunOfTheSameId() {
        assertThat(shell.run("run", "hello", "--run-id", "twice")).isZero();
        assertThat(shell.run("run", "hello", "--run-id", "twice")).isEqualTo(2);
        assertThat(shell.err()).contains("postroad: there is a run twice already, and nothing was changed");
        assertThat(shell.out()).isEmpty();
    }

    @Test
    void refusesWhatCannotBeAdmitted() {
        assertThat(shell.run("run", "helo")).isEqualTo(2);
        assertThat(shell.err()).containsPattern("postroad: there is no graph helo; there are .*hello, ");
        assertThat(shell.run("run", "hello", "--input", "{\"nam\": 1}")).isEqualTo(2);
        assertThat(shell.err()).contains("was refused").contains("there is no channel nam");
        assertThat(shell.run("run", "hello", "--version", "77")).isEqualTo(2);
        assertThat(shell.run("watch", "nobody")).isEqualTo(1);
        assertThat(shell.run("cancel", "twice-as-much", "--wait", "PT0.1S")).isZero();
        assertThat(shell.err()).contains("is sent, but not answered");
    }

    @Test
    void tellsByItsExitCodeHowARunEnded() throws IOException {
        Path file = Files.writeString(data.resolve("failing.yaml"), UNREACHABLE_AGENT.formatted(1));
        assertThat(shell.run("run", file.toString(), "--run-id", "failing")).isEqualTo(1);
        assertThat(shell.err()).contains("run failing failed: 127.0.0.1:1 could not be reached");
        assertThat(shell.run("retry", "failing")).isZero();
        assertThat(shell.out()).isEqualTo("run.retried failing\n");

        Files.writeString(file, UNREACHABLE_AGENT.formatted(5));
        assertThat(shell.run("run", file.toString(), "--run-id", "slow", "--timeout", "PT2S"))
                .isEqualTo(4);
        assertThat(shell.err()).contains("run slow is not done after PT2S, and goes on");
        assertThat(shell.run("cancel", "slow", "--reason", "enough")).isZero();
        assertThat(shell.run("watch", "slow")).isEqualTo(3);
        assertThat(shell.err()).contains("run.cancelled").contains("enough");
        assertThat(shell.run("run", "unreachable", "--run-timeout", "PT1S")).isEqualTo(4);
    }

    @Test
    void asksAPersonAndGoesOnWithTheAnswer() throws IOException, FaultsException {
        Path file = Files.writeString(data.resolve("sign-off.yaml"), """
                graph: sign-off
                state: { ok: { default: false } }
                nodes: { approve: { interrupt: "'Publish?'", output: "{'ok': result}" } }
                edges: [ { from: START, to: approve }, { from: approve, to: END } ]
                """);
        assertThat(shell.run("run", file.toString(), "--run-id", "asking", "--timeout", "PT5S"))
                .isEqualTo(4);
        assertThat(shell.err())
                .contains("and waits: approve asks Publish?; `postroad resume asking --value JSON` goes on");
        assertThat(shell.run("unpause", "asking")).isEqualTo(1);
        assertThat(shell.err()).contains("unpause of run asking was refused: ");
        assertThat(shell.run("resume", "asking", "--value", "true")).isZero();
        assertThat(shell.out()).isEqualTo("run.resumed asking\n");
        assertThat(shell.run("watch", "asking")).isZero();
        assertThat(shell.run("state", "asking")).isZero();
        assertThat(Json.read(shell.out())).isEqualTo(Json.read("{\"ok\": true}"));
        assertThat(shell.run("continue", "asking", "--input", "{}")).isZero();
        assertThat(shell.out()).isEqualTo("run.continued asking\n");
    }

    @Test
    void publishesNothingWhereAnythingIsWrong() throws IOException {
        Path sound = Files.writeString(data.resolve("sound.yaml"), "agent: published\nkind: http\nurl: http://h/");
        Path unsound = Files.writeString(data.resolve("unsound.yaml"), """
                graph: unsound
                nodes: { a: { agent: missing } }
                edges: [ { from: START, to: a } ]
                """);
        assertThat(shell.run("apply", sound.toString(), unsound.toString())).isEqualTo(2);
        assertThat(shell.err())
                .contains("unsound.yaml: graph/unsound: nodes.a.agent: there is no agent missing")
                .contains("unsound.yaml: graph/unsound: nodes.a: has no way to END");
        assertThat(shell.run("apply", sound.toString())).isZero();
        assertThat(shell.out()).isEqualTo("agent/published: new\n");
    }

    @Test
    void sayWhatChangedAndWhichVersionItGotWhenAGraphIsPublishedAgain() throws IOException {
        Path file = Files.writeString(data.resolve("versioned.yaml"), """
                graph: versioned
                state: { n: { default: 0 } }
                nodes: { one: { set: "{'n': 1}" } }
                edges: [ { from: START, to: one }, { from: one, to: END } ]
                """);
        assertThat(shell.run("apply", file.toString())).isZero();
        assertThat(shell.out()).isEqualTo("graph/versioned: version 1, new\n");
        assertThat(shell.run("apply", file.toString())).isZero();
        assertThat(shell.out()).isEqualTo("graph/versioned: version 1, unchanged\n");
        Files.writeString(file, Files.readString(file).replace("{'n': 1}", "{'n': 2}"));
        assertThat(shell.run("apply", file.toString())).isZero();
        assertThat(shell.out()).isEqualTo("""
                graph/versioned: version 2, changed
                  ~ node one: set "{'n': 1}" → "{'n': 2}"
                """);
        assertThat(shell.run("graph", "versioned", "--version", "1", "--dot")).isZero();
        assertThat(shell.out()).startsWith("digraph \"versioned\" {\n");
        assertThat(shell.run("graph", "versioned", "--version", "3")).isEqualTo(2);
        assertThat(shell.err()).isEqualTo("postroad: there is no version 3 of a graph versioned\n");
    }

    @Test
    void looksIntoARunFromEverySide() throws FaultsException {
        assertThat(shell.run("run", "hello", "--run-id", "looked", "--input", "{\"name\": \"Ada\"}"))
                .isZero();
        assertThat(shell.run("history", "looked")).isZero();
        assertThat(shell.out().lines()).first(STRING).matches("VERSION  TIME +BY +CHANGED +NEXT");
        assertThat(shell.out()).containsPattern(" 2  .* greet  +greeting");
        assertThat(shell.run("history", "looked", "--node", "greet", "--json")).isZero();
        assertThat(Json.read(shell.out()).path("version").intValue()).isEqualTo(2);
        assertThat(shell.run("history", "looked", "--limit", "1")).isZero();
        assertThat(shell.err()).isEqualTo("there may be more: --from 2 goes on\n");
        assertThat(shell.run("history", "nobody")).isEqualTo(1);

        assertThat(shell.run("diff", "looked", "1", "2")).isZero();
        assertThat(shell.out()).isEqualTo("~ greeting  \"\" → \"Hello, Ada!\"\n");
        assertThat(shell.run("diff", "looked", "1", "2", "--patch")).isZero();
        assertThat(Json.read(shell.out()).path(0).path("path").textValue()).isEqualTo("/greeting");
        assertThat(shell.run("diff", "looked", "2", "2")).isZero();
        assertThat(shell.err()).isEqualTo("the states of versions 2 and 2 are the same\n");
        assertThat(shell.run("diff", "looked", "1", "9")).isEqualTo(1);
        assertThat(shell.err()).isEqualTo("postroad: run looked has no version 9 of its state, but 0 to 2\n");

        assertThat(shell.run("events", "looked", "--type", "node.started,node.completed", "--node", "greet"))
                .isZero();
        assertThat(shell.out().lines()).hasSize(2);
        assertThat(shell.run("events", "looked", "--limit", "2", "--json")).isZero();
        assertThat(shell.out().lines()).hasSize(2);
        assertThat(shell.err()).isEqualTo("there are more: --after 2 goes on\n");
        assertThat(shell.run("events", "nobody")).isEqualTo(1);

        assertThat(shell.run("timeline", "looked")).isZero();
        assertThat(shell.out()).startsWith("looked  completed  ").contains("\ngreet  ", "█ completed");
        assertThat(shell.run("timeline", "looked", "--json")).isZero();
        assertThat(Json.read(shell.out()).path("bars").path(0).path("node").textValue())
                .isEqualTo("greet");
        assertThat(shell.run("queue")).isZero();
        assertThat(shell.out()).startsWith("GRAPH").contains("\ntotal ");
    }

    @Test
    void pagesThroughRuns() {
        for (String id : List.of("paged-1", "paged-2", "paged-3")) {
            assertThat(shell.run("trigger", "hello", "--run-id", id, "--tag", "set=paged"))
                    .isZero();
        }
        assertThat(shell.run("runs", "--tag", "set=paged", "--limit", "2")).isZero();
        assertThat(shell.out()).contains("paged-3", "paged-2").doesNotContain("paged-1");
        String cursor = shell.err().replaceFirst("(?s).*--cursor (\\S+) goes on.*", "$1");
        assertThat(shell.run("runs", "--tag", "set=paged", "--cursor", cursor)).isZero();
        assertThat(shell.out()).contains("paged-1").doesNotContain("paged-2");
        assertThat(shell.run("runs", "--tag", "set=paged", "--since", "PT1H", "--all", "--json"))
                .isZero();
        assertThat(shell.out().lines()).hasSize(3);
        assertThat(shell.run("runs", "--tag", "set=paged", "--until", "PT1H")).isZero();
        assertThat(shell.out().lines()).hasSize(1);
        assertThat(shell.run("runs", "--cursor", "nonsense")).isEqualTo(2);
        assertThat(shell.err()).startsWith("postroad: --cursor: ");
    }

    @Test
    void followsEventsUntilItIsStopped() throws InterruptedException, FaultsException {
        assertThat(shell.run("run", "hello", "--run-id", "followed")).isZero();
        // Of one process, only one command at a time can join the servers.
        PostroadClient client = Objects.requireNonNull(servers).client();
        var input = new Control.Continue(JsonNodeFactory.instance.objectNode(), WhenBusy.REJECT);
        shell.runUntil(
                "run.continued", () -> client.control(new Control("followed", "c", input)), "events", "followed", "-f");
        assertThat(shell.out().lines().filter(line -> line.contains("run.queued")))
                .hasSize(1);
        assertThat(shell.out().lines().filter(line -> line.contains("run.continued")))
                .hasSize(1);
    }

    @Test
    void retriesAndCancelsManyAtOnce() throws IOException {
        Path file = Files.writeString(data.resolve("many.yaml"), """
                graph: many
                nodes: { ask: { agent: nobody-to-ask, retry: { maxAttempts: 1 } } }
                edges: [ { from: START, to: ask }, { from: ask, to: END } ]
                ---
                agent: nobody-to-ask
                kind: http
                url: http://127.0.0.1:1/
                """);
        assertThat(shell.run("apply", file.toString())).isZero();
        for (String id : List.of("many-1", "many-2", "many-3")) {
            assertThat(shell.run("run", "many", "--run-id", id)).isEqualTo(1);
        }
        assertThat(shell.run("retry", "--graph", "many", "--limit", "2", "--dry-run"))
                .isZero();
        assertThat(shell.out()).isEqualTo("many-2\nmany-3\n");
        assertThat(shell.run("retry", "--graph", "many", "--since", "PT1H", "--yes", "--command-id", "bulk"))
                .isZero();
        assertThat(shell.err()).isEqualTo("3 found, 3 sent, 3 answered, 0 of them refused, 0 failed\n");
        assertThat(shell.run("watch", "many-2")).isEqualTo(1);
        assertThat(shell.run("retry", "--graph", "many", "--yes", "--command-id", "bulk"))
                .isZero();
        assertThat(shell.run("events", "many-2", "--type", "run.retried")).isZero();
        assertThat(shell.out().lines())
                .as("once, though the bulk was sent twice")
                .hasSize(1);

        assertThat(shell.run("cancel", "--graph", "many", "--yes")).isZero();
        assertThat(shell.err()).isEqualTo("no run is as asked for; nothing was sent\n");
        Files.writeString(file, Files.readString(file).replace("maxAttempts: 1", "maxAttempts: 2, backoff: PT1M"));
        assertThat(shell.run("apply", file.toString())).isZero();
        assertThat(shell.run("trigger", "many", "--run-id", "many-4")).isZero();
        assertThat(shell.run("cancel", "--graph", "many", "--yes", "--reason", "enough"))
                .isZero();
        assertThat(shell.run("watch", "many-4")).isEqualTo(3);
        assertThat(shell.err()).contains("enough");
    }

    @Test
    void branchesARunFromAnEarlierState() throws FaultsException {
        assertThat(shell.run("run", "hello", "--run-id", "forked", "--input", "{\"name\": \"Ada\"}"))
                .isZero();
        assertThat(shell.run(
                        "fork", "forked", "--version", "1", "--new-run-id", "branch", "--update", "{\"name\": \"Bo\"}"))
                .isZero();
        assertThat(shell.out()).isEqualTo("branch\n");
        assertThat(shell.run("watch", "branch")).isZero();
        assertThat(shell.run("state", "branch")).isZero();
        assertThat(Json.read(shell.out()).path("name").textValue()).isEqualTo("Bo");
        assertThat(shell.run("state", "forked")).isZero();
        assertThat(Json.read(shell.out()).path("name").textValue()).isEqualTo("Ada");
        assertThat(shell.run("fork", "forked", "--new-run-id", "forked")).isEqualTo(1);
        assertThat(shell.err()).contains("fork of run forked was refused: ");
    }

    @Test
    void pausesARunAndGoesOn() throws IOException {
        Path file = Files.writeString(data.resolve("long.yaml"), """
                graph: long
                nodes: { nap: { sleep: "'PT1S'" }, then: { set: "{}" } }
                edges: [ { from: START, to: nap }, { from: nap, to: then }, { from: then, to: END } ]
                """);
        assertThat(shell.run("apply", file.toString())).isZero();
        assertThat(shell.run("trigger", "long", "--run-id", "paused")).isZero();
        assertThat(shell.run("pause", "paused")).isZero();
        assertThat(shell.run("watch", "paused", "--timeout", "PT5S")).isEqualTo(4);
        assertThat(shell.err()).contains("and is paused; `postroad unpause paused` goes on");
        assertThat(shell.run("unpause", "paused")).isZero();
        assertThat(shell.run("watch", "paused")).isZero();
    }

    @Test
    void runsASingleAgent() throws FaultsException {
        String input = "{\"product\": \"Kettle\", \"audience\": \"campers\"}";
        assertThat(shell.run("task", "strategist", "--run-id", "alone", "--input", input))
                .isZero();
        assertThat(Json.read(shell.out()).path("text").textValue()).contains("Kettle");
        assertThat(shell.err()).contains("node.completed");
        assertThat(shell.run("task", "nobody-at-all")).isEqualTo(2);
        assertThat(shell.err()).startsWith("postroad: there is no agent nobody-at-all; there are ");
        assertThat(shell.run("task", "strategist", "--run-id", "alone")).isEqualTo(2);
    }

    @Test
    void drawsGraphsOfFilesAndExamplesAndThosePublished() throws IOException {
        Path file = Files.writeString(data.resolve("drawn.yaml"), """
                graph: drawn
                nodes: { only: { agent: nobody } }
                edges: [ { from: START, to: only }, { from: only, to: END } ]
                """);
        assertThat(shell.run("graph", file.toString(), "--ascii")).isZero();
        assertThat(shell.out()).contains("| agent nobody |");
        assertThat(shell.run("graph", "product-launch")).isZero();
        assertThat(shell.out()).contains("│ agent strategist │");
        assertThat(new TestShell(data).set("LANG", "en_US.ISO-8859-1").run("graph", "hello"))
                .isZero();
        assertThat(shell.run("graph", "product-launch", "--mermaid")).isZero();
        assertThat(shell.out()).startsWith("flowchart TB\n");
        assertThat(shell.run("graph", "nowhere")).isEqualTo(2);
        assertThat(shell.err()).startsWith("postroad: there is no graph nowhere; there are ");
        assertThat(shell.run("graph", file.toString(), "--version", "1")).isEqualTo(2);
        assertThat(shell.err()).startsWith("postroad: --version: has no meaning beside a file");
    }
}
