package dev.postroad.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.cli.servers.Await;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.runtime.availability.AgentSwitch;
import dev.postroad.runtime.history.RunHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The commands that change what runs and agents do. */
@NullMarked
final class SteerCommandTest extends CommandsOnServers {
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
        assertThat(shell.run("agents", "events", "nobody")).isEqualTo(1);
        assertThat(shell.err()).contains("there is no agent nobody; `postroad agents` lists them");
        assertThat(shell.run("agents", "enable", "switched")).isZero();
        assertThat(shell.out()).isEqualTo("agent/switched: was enabled already\n");
        assertThat(shell.run("agents", "--json")).isZero();
        assertThat(shell.out()).contains("{\"name\":\"switched\",\"kind\":\"http\",\"enabled\":true,");

        assertThat(shell.run("remove", "agent/switched", "graph/nothing")).isEqualTo(1);
        assertThat(shell.err()).contains("postroad: there is no graph/nothing; ");
        String graph = """
                graph: switching
                nodes: { ask: { agent: switched } }
                edges: [ { from: START, to: ask }, { from: ask, to: END } ]
                """;
        assertThat(shell.in(graph).run("apply", "-")).isZero();
        assertThat(shell.run("remove", "agent/switched")).isZero();
        assertThat(shell.out()).isEqualTo("agent/switched: removed\n");
        assertThat(shell.err()).contains("warning: agent/switched is still used by graph/switching; take it out there");
        assertThat(shell.run("remove", "graph/switching")).isZero();
        assertThat(shell.err()).doesNotContain("warning");
        assertThat(shell.run("agents", "enable", "switched")).isEqualTo(1);
        assertThat(shell.err()).contains("postroad: there is no agent switched; ");
        assertThat(shell.in(agent).run("apply", "-")).isZero();
        assertThat(shell.out()).isEqualTo("agent/switched: new\n");
    }

    @Test
    void schedulesAreShownPausedAndStarted() {
        String graph = """
            graph: calm
            nodes: { rest: { set: '{}' } }
            edges: [ { from: START, to: rest }, { from: rest, to: END } ]
            """;
        assertThat(shell.in(graph).run("apply", "-")).isZero();
        String schedule = "schedule: yearly\ngraph: calm\ncron: 0 9 1 1 *\nzone: Europe/Berlin\npaused: true\n";
        assertThat(shell.in(schedule).run("apply", "-")).isZero();
        assertThat(shell.out()).isEqualTo("schedule/yearly: new\n");
        assertThat(shell.run("schedules", "show", "yearly")).isZero();
        assertThat(shell.out())
                .contains("when      0 9 1 1 * in Europe/Berlin\n", "state     paused\n", "last run  none\n");
        assertThat(shell.out().lines().filter(line -> line.startsWith("next  ")))
                .hasSize(5)
                .isSorted();
        assertThat(shell.run("schedules", "unpause", "yearly", "--by", "ada")).isZero();
        assertThat(shell.out()).isEqualTo("schedule/yearly: unpaused\n");
        assertThat(shell.run("schedules", "pause", "yearly", "--by", "ada", "--why", "enough"))
                .isZero();
        assertThat(shell.run("schedules")).isZero();
        assertThat(shell.out()).containsPattern("yearly +calm +paused by ada: enough +none +20[0-9-]+-01-01 ");
        assertThat(shell.run("schedules", "trigger-now", "yearly")).isZero();
        String runId = shell.out().strip();
        assertThat(runId).startsWith("yearly:20");
        assertThat(shell.run(
                        "schedules",
                        "backfill",
                        "yearly",
                        "--from",
                        "2020-01-01T00:00:00Z",
                        "--to",
                        "2022-02-01T00:00:00Z"))
                .isZero();
        assertThat(shell.out())
                .isEqualTo("yearly:2020-01-01T08:00:00Z\nyearly:2021-01-01T08:00:00Z\nyearly:2022-01-01T08:00:00Z\n");
        assertThat(shell.run("schedules", "pause", "nothing")).isEqualTo(1);
        assertThat(shell.err()).contains("postroad: there is no schedule nothing; there are yearly");
        assertThat(shell.in(schedule.replace("paused: true", "paused: false")).run("apply", "-"))
                .isZero();
        assertThat(shell.out()).contains("schedule/yearly: changed\n  ~ paused: true → false");
        assertThat(shell.run("remove", "schedule/yearly")).isZero();
        assertThat(shell.run("schedules", "--json")).isZero();
        assertThat(shell.out()).doesNotContain("yearly");
    }

    @Test
    void refusesWhatCannotBeAdmitted() {
        assertThat(shell.run("run", "helo")).isEqualTo(2);
        assertThat(shell.err()).containsPattern("postroad: there is no graph helo; there are .*hello, ");
        assertThat(shell.run("run", "hello", "--input", "{\"nam\": 1}")).isEqualTo(2);
        assertThat(shell.err()).contains("was refused").contains("there is no channel nam");
        assertThat(shell.run("run", "hello", "--version", "77")).isEqualTo(2);
        assertThat(shell.run("trigger", "hello", "--version", "77")).isEqualTo(2);
        assertThat(shell.out()).as("no id of a run that there is not").isEmpty();
        assertThat(shell.run("watch", "nobody")).isEqualTo(1);
        assertThat(shell.run("cancel", "twice-as-much", "--wait", "PT0.1S")).isEqualTo(1);
        assertThat(shell.err())
                .contains("there is no run twice-as-much; `postroad runs` shows those that there are; the cancel of run"
                        + " twice-as-much is kept for a time");
        assertThat(shell.run("cancel", "to-come", "--wait", "PT0S")).isZero();
        assertThat(shell.err()).contains("cancel of run to-come is sent");
    }

    @Test
    void tellsByItsExitCodeHowARunEnded() throws IOException {
        Path file = Files.writeString(data.resolve("failing.yaml"), UNREACHABLE_AGENT.formatted(1));
        assertThat(shell.run("run", file.toString(), "--run-id", "failing")).isEqualTo(1);
        assertThat(shell.err()).contains("run failing failed: 127.0.0.1:1 could not be reached");
        assertThat(shell.run("retry", "failing")).isZero();
        assertThat(shell.out()).isEqualTo("run.retried failing\n");

        Files.writeString(file, UNREACHABLE_AGENT.formatted(5));
        assertThat(shell.run("run", file.toString(), "--run-id", "slow", "--timeout", "PT0.5S"))
                .isEqualTo(4);
        assertThat(shell.err()).contains("run slow is not done after PT0.5S, and goes on");
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
    void listsWhatIsAskedHandsItOnAndAnswersAllAtOnce() throws IOException, FaultsException {
        Path file = Files.writeString(data.resolve("inbox.yaml"), """
                graph: inbox
                state: { a: {}, b: {} }
                nodes:
                  left: { interrupt: { ask: "'left?'", assignee: "'ada'", timeout: PT1H }, output: "{'a': result}" }
                  right: { interrupt: { ask: "'right?'", schema: { type: integer } }, output: "{'b': result}" }
                edges: [ { from: START, to: [left, right] }, { from: [left, right], to: END } ]
                """);
        assertThat(shell.run("apply", file.toString())).isZero();
        assertThat(shell.run("trigger", "inbox", "--run-id", "inbox-1")).isZero();
        awaitStatus("inbox-1", RunStatus.WAITING);
        assertThat(shell.run("waiting", "--graph", "inbox")).isZero();
        assertThat(shell.out().lines())
                .hasSize(3)
                .anyMatch(line -> line.matches("inbox-1 +inbox +left@1#1 +ada +1 .* left\\?"));
        assertThat(shell.run("waiting", "--graph", "inbox", "--due", "2h", "--json"))
                .isZero();
        assertThat(shell.out().lines()).hasSize(1).allMatch(line -> line.contains("\"ask\":\"left?\""));
        assertThat(shell.run("waiting", "--graph", "inbox", "--limit", "1")).isZero();
        assertThat(shell.err()).contains("there are more: --cursor ");

        assertThat(shell.run("reassign", "inbox-1", "--to", "grace")).isEqualTo(1);
        assertThat(shell.err()).contains("several ask; name one of left@1#1, right@1#1");
        assertThat(shell.run("reassign", "inbox-1", "--to", "grace", "--task", "right", "--by", "ada"))
                .isZero();
        assertThat(shell.out()).isEqualTo("node.reassigned inbox-1: right asks grace now\n");
        assertThat(shell.run("waiting", "--assignee", "grace", "--since", "1h")).isZero();
        assertThat(shell.out().lines()).hasSize(2);

        assertThat(shell.run("resume", "inbox-1", "--value", "1", "--all", "--version", "7"))
                .isEqualTo(1);
        assertThat(shell.err()).contains("the answer is about version 7, and left@1#1 asks about version 1");
        assertThat(shell.run("resume", "inbox-1", "--value", "\"one\"", "--all"))
                .isEqualTo(1);
        assertThat(shell.err()).contains("the answer to right@1#1 does not fit");
        assertThat(shell.run("resume", "inbox-1", "--value", "1", "--all", "--version", "1", "--by", "grace"))
                .isZero();
        assertThat(shell.run("watch", "inbox-1")).isZero();
        assertThat(shell.run("state", "inbox-1")).isZero();
        assertThat(Json.read(shell.out())).isEqualTo(Json.read("{\"a\": 1, \"b\": 1}"));
        assertThat(shell.run("show", "inbox-1")).isZero();
        assertThat(shell.out())
                .containsPattern("told +.* node.reassigned by ada")
                .containsPattern("told +.* run.resumed by grace");
        assertThat(shell.run("history", "inbox-1")).isZero();
        assertThat(shell.out()).contains("left, right (ada, grace)");
        assertThat(shell.run("waiting", "--graph", "inbox")).isZero();
        assertThat(shell.out().lines()).hasSize(1);
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
    void doesSomethingToManyRunsOnTheServer() throws IOException, FaultsException {
        Path file = Files.writeString(data.resolve("several.yaml"), """
                graph: several
                nodes: { ask: { interrupt: "'why?'" } }
                edges: [ { from: START, to: ask }, { from: ask, to: END } ]
                """);
        assertThat(shell.run("apply", file.toString())).isZero();
        assertThat(shell.run("trigger", "several", "--run-id", "several-1")).isZero();
        assertThat(shell.run("trigger", "several", "--run-id", "several-2")).isZero();
        awaitStatus("several-1", RunStatus.WAITING);
        awaitStatus("several-2", RunStatus.WAITING);
        String[] order = {"bulk", "--action", "{\"type\": \"cancel\"}", "--graph", "several", "--command-id", "stop"};
        assertThat(shell.run(with(order, "--dry-run"))).isZero();
        assertThat(shell.err()).isEqualTo("cancel would be done to 2 runs; nothing was done\n");
        assertThat(shell.run(with(order, "--yes"))).isZero();
        assertThat(shell.out()).isEqualTo("stop ended: done to 2 of 2 runs, 0 refused, 0 silent\n");
        awaitStatus("several-2", RunStatus.CANCELLED);
        assertThat(shell.run("bulk")).isZero();
        assertThat(shell.out()).contains("stop ended: done to 2 of 2 runs");
        assertThat(shell.run("bulk", "nothing")).isEqualTo(1);
    }

    private static String[] with(String[] given, String... more) {
        return Stream.concat(Stream.of(given), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void goesOnUnderAnotherVersionOfItsGraph() throws IOException, FaultsException {
        String first = """
                graph: moves
                state: { seen: { reducer: last } }
                nodes: { ask: { interrupt: "'why?'", output: "{'seen': 1}" } }
                edges: [ { from: START, to: ask }, { from: ask, to: END } ]
                """;
        Path file = Files.writeString(data.resolve("moves.yaml"), first);
        assertThat(shell.run("apply", file.toString())).isZero();
        assertThat(shell.run("trigger", "moves", "--run-id", "moved")).isZero();
        awaitStatus("moved", RunStatus.WAITING);
        Files.writeString(file, first.replace("'seen': 1", "'seen': 2"));
        assertThat(shell.run("apply", file.toString())).isZero();
        Files.writeString(file, first.replace("ask", "tell"));
        assertThat(shell.run("apply", file.toString())).isZero();

        assertThat(shell.run("migrate", "moved", "--graph-version", "3", "--dry-run"))
                .isEqualTo(1);
        assertThat(shell.out()).isEqualTo("it has no node ask, and the question of task ask@1 is open\n");
        assertThat(shell.run("migrate", "nobody", "--graph-version", "2")).isEqualTo(1);
        assertThat(shell.err()).contains("there is no run nobody");
        assertThat(shell.run("migrate", "moved", "--graph-version", "3")).isEqualTo(1);
        assertThat(shell.err()).contains("migrate of run moved was refused: version 3 of graph moves cannot");
        assertThat(shell.run("migrate", "moved", "--graph-version", "2", "--dry-run"))
                .isZero();
        assertThat(shell.run("migrate", "moved", "--graph-version", "2")).isZero();
        assertThat(shell.out()).isEqualTo("run.migrated moved\n");
        assertThat(shell.run("resume", "moved", "--value", "7")).isZero();
        assertThat(shell.run("watch", "moved")).isZero();
        assertThat(shell.run("state", "moved")).isZero();
        assertThat(Json.read(shell.out()).path("seen").asInt()).isEqualTo(2);
    }

    @Test
    void pausesARunAndGoesOn() throws IOException, FaultsException {
        Path file = Files.writeString(data.resolve("long.yaml"), """
                graph: long
                nodes: { ask: { interrupt: "'go on?'", output: "{}" }, then: { set: "{}" } }
                edges: [ { from: START, to: ask }, { from: ask, to: then }, { from: then, to: END } ]
                """);
        assertThat(shell.run("apply", file.toString())).isZero();
        assertThat(shell.run("trigger", "long", "--run-id", "held", "--pause-before", "then,ask"))
                .isZero();
        awaitStatus("held", RunStatus.PAUSED);
        assertThat(shell.run("trigger", "long", "--run-id", "paused")).isZero();
        assertThat(shell.run("pause", "paused")).isZero();
        awaitStatus("paused", RunStatus.PAUSED);
        assertThat(shell.run("watch", "paused", "--timeout", "PT0.5S")).isEqualTo(4);
        assertThat(shell.err()).contains("and is paused; `postroad unpause paused` goes on");
        assertThat(shell.run("pause", "paused", "--before", "nothing")).isEqualTo(1);
        assertThat(shell.err()).contains("graph long has no node nothing; its nodes are ");
        assertThat(shell.run("pause", "paused", "--after", "*", "--clear")).isEqualTo(2);
        assertThat(shell.run("pause", "paused", "--after", "*")).isZero();
        assertThat(shell.run("unpause", "paused")).isZero();
        assertThat(shell.run("resume", "paused", "--value", "true")).isZero();
        awaitStatus("paused", RunStatus.PAUSED);
        assertThat(shell.run("pause", "paused", "--clear")).isZero();
        assertThat(shell.run("unpause", "paused")).isZero();
        assertThat(shell.run("watch", "paused")).isZero();
    }

    @Test
    void doesWhateverOneRunIsToldToManyAtOnce() throws IOException, FaultsException {
        String first = """
                graph: herd
                state: { n: {}, log: { reducer: append } }
                nodes: { ask: { interrupt: "'go on?'", output: "{'log': [result]}" } }
                edges: [ { from: START, to: ask }, { from: ask, to: END } ]
                """;
        Path file = Files.writeString(data.resolve("herd.yaml"), first);
        assertThat(shell.run("apply", file.toString())).isZero();
        for (String id : List.of("herd-1", "herd-2")) {
            assertThat(shell.run("trigger", "herd", "--run-id", id)).isZero();
            awaitStatus(id, RunStatus.WAITING);
        }
        String all = "2 found, 2 sent, 2 answered, 0 of them refused, 0 failed\n";
        assertThat(shell.run("pause", "--graph", "herd", "--yes")).isZero();
        assertThat(shell.err()).isEqualTo(all);
        awaitStatus("herd-1", RunStatus.PAUSED);
        awaitStatus("herd-2", RunStatus.PAUSED);
        assertThat(shell.run("unpause", "--graph", "herd", "--dry-run")).isZero();
        assertThat(shell.out()).isEqualTo("herd-1\nherd-2\n");
        assertThat(shell.run("unpause", "--graph", "herd", "--yes")).isZero();
        assertThat(shell.err()).isEqualTo(all);
        assertThat(shell.run("resume", "herd-1", "--value", "true", "--graph", "herd"))
                .isEqualTo(2);
        assertThat(shell.err()).contains("RUN and --graph exclude one another");
        assertThat(shell.run("resume", "--graph", "herd", "--value", "true", "--each", "--yes"))
                .isZero();
        assertThat(shell.err()).isEqualTo(all);
        awaitStatus("herd-1", RunStatus.COMPLETED);
        awaitStatus("herd-2", RunStatus.COMPLETED);

        String[] fork = {"fork", "--graph", "herd", "--status", "completed", "--version", "1", "--yes"};
        assertThat(shell.run(with(fork, "--new-run-id", "twig"))).isEqualTo(2);
        assertThat(shell.err()).contains("--new-run-id: is about one run");
        assertThat(shell.run(with(fork, "--command-id", "twig"))).isZero();
        assertThat(shell.err()).isEqualTo(all);
        awaitStatus("herd-1-twig", RunStatus.WAITING);
        awaitStatus("herd-2-twig", RunStatus.WAITING);

        Files.writeString(file, first.replace("go on?", "go on, then?"));
        assertThat(shell.run("apply", file.toString())).isZero();
        assertThat(shell.run("migrate", "--graph-version", "2")).isEqualTo(2);
        assertThat(shell.err()).contains("name a RUN, or select runs by ", "--from-graph-version, --graph, ");
        String[] migrate = {"migrate", "--graph", "herd", "--from-graph-version", "1", "--graph-version", "2"};
        assertThat(shell.run(with(migrate, "--dry-run"))).isZero();
        assertThat(shell.out().lines()).containsExactlyInAnyOrder("herd-1-twig", "herd-2-twig");
        assertThat(shell.run(with(migrate, "--yes"))).isZero();
        assertThat(shell.err()).isEqualTo(all);
        assertThat(shell.run(with(migrate, "--dry-run"))).isZero();
        assertThat(shell.err()).contains("migrate would be sent to 0 runs");

        assertThat(shell.run("continue", "--graph", "herd", "--input", "{\"n\": 2}", "--yes"))
                .isZero();
        assertThat(shell.err()).isEqualTo(all);
        awaitStatus("herd-1", RunStatus.WAITING);
        awaitStatus("herd-2", RunStatus.WAITING);
        String[] rollback = {"rollback", "--graph", "herd", "--graph-version", "1", "--status", "waiting"};
        assertThat(shell.run(with(rollback, "--version", "1", "--no-resume", "--yes")))
                .isZero();
        assertThat(shell.err()).isEqualTo(all);
        awaitStatus("herd-1", RunStatus.PAUSED);
        awaitStatus("herd-2", RunStatus.PAUSED);
    }

    private static void awaitStatus(String runId, RunStatus wanted) throws FaultsException {
        RunHistory history = Objects.requireNonNull(servers).history();
        assertThat(Await.until(
                        Duration.ofSeconds(30),
                        () -> history.find(runId)
                                .filter(run -> run.status() == wanted)
                                .isPresent()))
                .as("%s is %s", runId, wanted)
                .isTrue();
    }
}
