package dev.postroad.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.postroad.cli.servers.Await;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The commands that run graphs and look at what became of them. */
@NullMarked
final class RunCommandTest extends CommandsOnServers {
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
                headers: { Authorization: "Bearer ${env:POSTROAD_AGENT_UNSET}" }
                """;
        assertThat(shell.in(keyless).run("apply", "-")).isEqualTo(1);
        assertThat(shell.err())
                .contains(
                        "the workers refuse agent/keyless",
                        "refers to the environment variable \"POSTROAD_AGENT_UNSET\", which is not set",
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
    void refusesASecondRunOfTheSameId() {
        assertThat(shell.run("run", "hello", "--run-id", "twice")).isZero();
        assertThat(shell.run("run", "hello", "--run-id", "twice")).isEqualTo(2);
        assertThat(shell.err()).contains("postroad: there is a run twice already, and nothing was changed");
        assertThat(shell.out()).isEmpty();
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
        assertThat(shell.run("workers")).isZero();
        assertThat(shell.out()).startsWith("WORKER");
        assertThat(shell.run("workers", "--json")).isZero();
        assertThat(Json.read(shell.out()).path("workers").isArray()).isTrue();
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
