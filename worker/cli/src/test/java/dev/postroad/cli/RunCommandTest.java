package dev.postroad.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.cli.servers.Embedded;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.embedded.EmbeddedPorts;
import dev.postroad.runtime.config.Variables;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

    private final TestShell shell = new TestShell(data);

    @BeforeAll
    static void start() throws FaultsException {
        owner = new TestShell(data).surroundings();
        Embedded.open(owner, Variables.of(Map.of()), EmbeddedPorts.free()).prepare(Need.WORKER);
    }

    @AfterAll
    static void stop() {
        if (owner != null) {
            owner.shutdown().run();
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
    void refusesASecondRunOfTheSameId() {
        assertThat(shell.run("run", "hello", "--run-id", "twice")).isZero();
        assertThat(shell.run("run", "hello", "--run-id", "twice")).isEqualTo(2);
        assertThat(shell.err()).contains("postroad: there is a run twice already, and nothing was changed");
        assertThat(shell.out()).isEmpty();
    }

    @Test
    void refusesWhatCannotBeAdmitted() {
        assertThat(shell.run("run", "helo")).isEqualTo(2);
        assertThat(shell.err()).contains("postroad: there is no graph helo; there are hello");
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
