package dev.postroad.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What is refused before any server is started. */
@NullMarked
final class ArgumentsTest {
    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | postroad: name a command, or see --help",
                "rum | postroad: there is no command rum; did you mean run?",
                "wacht run-1 | postroad: there is no command wacht; did you mean watch?",
                "agents stat | postroad: there is no command stat; did you mean stats?",
                "runs --stauts failed | postroad: there is no option --stauts; did you mean --status?",
                "runs --stauts=failed | postroad: there is no option --stauts; did you mean --status?",
                "show one two | postroad: two: is one argument too many",
                "run | postroad: Missing required parameter: 'GRAPH'",
                "run hello --input [1] | postroad: --input: is no JSON object; write it as {\"channel\": value, …}",
                "run hello --input {\"a\": | postroad: --input: the value is not JSON",
                "run hello --input @/no/such | postroad: --input: cannot be read, as it is not there; name a file that is there",
                "run hello --run-id a/b | postroad: --run-id: is \"a/b\"; use 1 to 128 of A-Z a-z 0-9 . _ : -",
                "run hello --priority 10 | postroad: --priority: is 10; use 0 to 9",
                "run hello --version 0 | postroad: --version: is 0; versions count from 1",
                "run hello --timeout soon | postroad: Invalid value for option '--timeout': is \"soon\"; use a duration"
                        + " such as PT5M or 5m",
                "run hello --timeout 5x | postroad: Invalid value for option '--timeout': is \"5x\"; use a duration",
                "trigger hello --timeout 5m | postroad: there is no option --timeout; did you mean --run-timeout?",
                "fork r --run-id x | postroad: there is no option --run-id; did you mean --new-run-id?",
                "runs --tag urgent | postroad: Value for option '--tag'",
                "schedules backfill s --from 2999-01-01T00:00:00Z | postroad: --from: is yet to come; name a time that"
                        + " is over, or say --to as well",
                "run /no/such.yaml | postroad: /no/such.yaml: cannot be read, as it is not there; name a file that is there",
                "task | postroad: Missing required parameter: 'AGENT'",
                "task helper --start-at tomorrow | postroad: --start-at: is \"tomorrow\"; use a time such as"
                        + " 2026-12-01T08:00:00Z, or how long after the trigger, such as PT5M",
                "task helper --start-at 0m | postroad: --start-at: is \"0m\"; the delay is PT0S; use a positive one",
                "schedules backfill s --from 1h --to 2h | postroad: --to: is before --from; say the earlier time first",
                "schedules pause s --why= | postroad: --why: is blank or too long; use 1 to 1000 characters",
                "task helper --version 1 | postroad: there is no option --version",
                "task helper --input [1] | postroad: --input: is no JSON object; write it as {\"channel\": value, …}",
                "apply /no/such.yaml | postroad: /no/such.yaml: cannot be read, as it is not there; name a file that is there",
                "import | postroad: name a FILE that `postroad export` wrote, or an archive",
                "import langgraph | postroad: Missing required parameter: 'FILE'",
                "import langgraph /no/such.js | postroad: /no/such.js: is no file",
                "remove | postroad: Missing required parameter: 'KEY'",
                "remove hello | postroad: the key \"hello\" is none of the registry; use agent/NAME, graph/NAME, schedule/NAME or price/MODEL",
                "agents disable a | postroad: Missing required option: '--why=TEXT'",
                "agents disable a --why= | postroad: --why: is empty; say it to those who will wonder",
                "token --name a --role boss | postroad: --role: is \"boss\"; use reader, operator or admin",
                "token --name a/b --role reader | postroad: the line begins with no name; use 1 to 100",
                "agents enable | postroad: Missing required parameter: 'NAME'",
                "agents events --limit 0 | postroad: --limit: is 0; use 1 to 10000",
                "graph /no/such.yaml | postroad: /no/such.yaml: cannot be read, as it is not there; name a file that is there",
                "graph hello --version 0 | postroad: --version: is 0; versions count from 1",
                "graph hello --dot --mermaid | postroad: Error: --mermaid, --dot are mutually exclusive",
                "cancel a/b | postroad: the run id is \"a/b\"; use 1 to 128",
                "retry a/b | postroad: the run id is \"a/b\"; use 1 to 128",
                "resume | postroad: name a RUN, or select runs by --error, ",
                "resume r --value yes | postroad: --value: the value is not JSON",
                "resume r --task t | postroad: --task: stands without --value or names nothing; give both",
                "resume r --update [1] | postroad: --update: is no JSON object; write it as {\"channel\": value, …}",
                "resume r --all | postroad: --all: stands without --value; give both",
                "resume r --all --value 1 --task t | postroad: --all: stands beside --task; keep one of the two",
                "resume r --value 1 --version -1 | postroad: --version: is -1; use 0 or more",
                "resume r --value 1 --by= | postroad: --by: is blank or too long; use 1 to 200 characters",
                "reassign r | postroad: Missing required option: '--to=NAME'",
                "reassign r --to= | postroad: --to: is blank or too long; use 1 to 200 characters",
                "reassign r --to ada --task= | postroad: --task: names nothing; name an interrupt, a task or a node",
                "waiting --limit 0 | postroad: --limit: is 0; use 1 to 100000",
                "waiting --due soon | postroad: Invalid value for option '--due': is \"soon\"; use a time such as"
                        + " 2026-11-01T00:00:00Z, or how far ahead it is, such as PT1H or 1h",
                "continue r | postroad: Missing required option: '--input=JSON|@FILE|-'",
                "continue r --input 7 | postroad: --input: is no JSON object; write it as {\"channel\": value, …}",
                "continue r --input {} --when-busy wait | postroad: Invalid value for option '--when-busy': is"
                        + " \"wait\"; use one of enqueue, reject, interrupt, rollback",
                "rollback r | postroad: Missing required option: '--version=N'",
                "rollback r --version 0 | postroad: --version: is 0; use 1 or more",
                "update-state r | postroad: Missing required option: '--update=JSON|@FILE|-'",
                "update-state r --update {} --version -1 | postroad: --version: is -1; use 0 or more",
                "fork r --version 0 | postroad: --version: is 0; use 1 or more",
                "fork r --graph-version 0 | postroad: --graph-version: is 0; use 1 or more",
                "fork r --new-run-id a/b | postroad: --new-run-id: is \"a/b\"; use 1 to 128 of",
                "fork r --update 7 | postroad: --update: is no JSON object; write it as {\"channel\": value, …}",
                "fork a/b | postroad: the run id is \"a/b\"; use 1 to 128",
                "pause a/b | postroad: the run id is \"a/b\"; use 1 to 128",
                "unpause a/b | postroad: the run id is \"a/b\"; use 1 to 128",
                "bulk --cancel | postroad: --cancel: is about one of them; name its ID",
                "bulk x --action {} | postroad: --action: asks for something new; leave ID and --cancel out",
                "bulk --action {\"type\":\"cancel\"} | postroad: select runs by --error, --graph, --graph-version,",
                "bulk --all --action {\"type\":\"dance\"} | postroad: action.type: is \"dance\"; say cancel, retry",
                "migrate r | postroad: --graph-version: is missing; say under which version of its graph",
                "migrate r --graph-version 0 | postroad: --graph-version: is 0; use 1 or more",
                "migrate --graph-version 2 | postroad: name a RUN, or select runs by --error, --from-graph-version, ",
                "migrate a/b --graph-version 2 | postroad: the run id is \"a/b\"; use 1 to 128",
                "watch a/b | postroad: the run id is \"a/b\"; use 1 to 128",
                "retry | postroad: name a RUN, or select runs by --error, --graph, --graph-version, --since, --status,"
                        + " --tag, --until, --waits-for, or give --all for all that are failed",
                "retry --graph-version -1 | postroad: --graph-version: is -1; use 0 or more",
                "cancel | postroad: name a RUN, or select runs by --error, --graph, --graph-version, --since, --status,"
                        + " --tag, --until, --waits-for, or give --all for all that are queued, running, waiting, paused",
                "retry r --graph g | postroad: RUN and --graph exclude one another; name one run, or select many",
                "retry r --rate 7 | postroad: RUN and --rate exclude one another",
                "retry --limit 7 | postroad: name a RUN, or select runs by",
                "retry --graph g --status running | postroad: --status: is \"running\", but retry is for runs that are"
                        + " failed, cancelled",
                "cancel --status failed | postroad: --status: is \"failed\", but cancel is for runs that are queued,"
                        + " running, waiting, paused",
                "retry --graph g | postroad: nobody can be asked whether it is meant; give --yes, or --dry-run",
                "retry --graph g --rate 0 --yes | postroad: --rate: is 0; use 1 to 1000",
                "retry --graph g --limit 0 --yes | postroad: --limit: is 0; use 1 or more",
                "retry --graph g --wait PT0S --yes | postroad: --wait: is PT0S, but answers are counted",
                "retry --graph g --command-id a/b --yes | postroad: --command-id: is \"a/b\"; use 1 to 60 of",
                "retry --graph g --since yesterday | postroad: Invalid value for option '--since': is \"yesterday\";"
                        + " use a time such as 2026-11-01T00:00:00Z, or how long ago it was, such as PT1H",
                "retry --graph g --since P1X | postroad: Invalid value for option '--since': is \"P1X\"; use a time",
                "history a/b | postroad: the run id is \"a/b\"; use 1 to 128",
                "diff a/b 1 2 | postroad: the run id is \"a/b\"; use 1 to 128",
                "events a/b | postroad: the run id is \"a/b\"; use 1 to 128",
                "timeline a/b | postroad: the run id is \"a/b\"; use 1 to 128",
                "history r --from 5 --to 3 | postroad: --from: is 5, beyond --to, which is 3",
                "history r --limit 0 | postroad: --limit: is 0; use 1 or more",
                "diff r 1 | postroad: Missing required parameter: 'B'",
                "diff r 1 two | postroad: Invalid value for positional parameter at index 2 (B): is \"two\"; use a whole number",
                "diff r 1 2 --json --patch | postroad: Error: --json, --patch are mutually exclusive",
                "events r --type node.finished | postroad: Invalid value for option '--type' (TYPE): is"
                        + " \"node.finished\"; use one of run.queued, run.started,",
                "events r --after -1 | postroad: --after: is -1; use 0 or more",
                "events r -f --limit 3 | postroad: --limit: has no meaning beside --follow",
                "timeline r --width 20 | postroad: --width: is 20; use 40 to 1000",
                "runs --status lost | postroad: Invalid value for option '--status' (STATUS): is \"lost\"; use one of"
                        + " queued, running,",
                "runs --all --limit 7 | postroad: --limit: has no meaning beside --all",
                "runs --limit 0 | postroad: --limit: is 0; use 1 to 100000",
                "dev --kafka-port 70000 | postroad: --kafka-port must be 0 to 65535, not 70000",
                "worker | postroad: POSTROAD_KAFKA_BOOTSTRAP_SERVERS: is not set; give addresses of Kafka",
                "health --url nowhere | postroad: --url: is no address",
            })
    void refusesWhatMakesNoSense(String arguments, String message) {
        var shell = new TestShell(folder);
        assertThat(shell.run(arguments.isEmpty() ? new String[0] : arguments.split(" ", -1)))
                .isEqualTo(2);
        assertThat(shell.err()).startsWith(message);
        assertThat(shell.out()).isEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void guessesNoCommandThatIsNothingLikeIt() {
        var shell = new TestShell(folder);
        assertThat(shell.run("list")).isEqualTo(2);
        assertThat(shell.err()).isEqualTo("""
            postroad: there is no command list
            see `postroad --help`
            """);
    }

    @Test
    void saysThatATextIsQuotedInJson() {
        var shell = new TestShell(folder);
        assertThat(shell.run("resume", "r", "--value", "yes")).isEqualTo(2);
        assertThat(shell.err()).endsWith("; a text has quotes of its own, such as '\"yes\"'\n");
    }

    @Test
    void refusesSettingsBeforeItStartsServers() {
        var shell = new TestShell(folder).set("POSTROAD_LANE", "2").set("POSTROAD_PARTITIONS", "x");
        assertThat(shell.run("run", "hello")).isEqualTo(2);
        assertThat(shell.err()).isEqualTo("""
            postroad: POSTROAD_LANE: is no setting of Postroad; did you mean POSTROAD_LANES?
            postroad: POSTROAD_PARTITIONS: is "x"; use a whole number from 1 to 10000
            """);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void refusesHalfOfAPairOfServers() {
        var shell = new TestShell(folder).set("POSTROAD_POSTGRES_URL", "jdbc:postgresql://127.0.0.1:1/p");
        assertThat(shell.run("run", "hello")).isEqualTo(2);
        assertThat(shell.err()).contains("POSTROAD_KAFKA_BOOTSTRAP_SERVERS is not; set both, or neither");
    }

    @Test
    void namesTheServerThatDoesNotAnswer() {
        var shell = new TestShell(folder).set("POSTROAD_POSTGRES_URL", "jdbc:postgresql://127.0.0.1:1/p");
        assertThat(shell.run("runs")).isEqualTo(1);
        assertThat(shell.err()).startsWith("postroad: Postgres cannot be used: Connection to 127.0.0.1:1 refused");
        assertThat(shell.err().lines()).hasSize(1);
    }

    @Test
    @Timeout(120)
    void givesUpAServerThatTakesTheConnectionAndSaysNothing() throws IOException {
        try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String url = "jdbc:postgresql://127.0.0.1:" + mute.getLocalPort() + "/p";
            var shell = new TestShell(folder).set("POSTROAD_POSTGRES_URL", url);
            assertThat(shell.run("runs")).isEqualTo(1);
            assertThat(shell.err()).startsWith("postroad: Postgres cannot be used: ");
            assertThat(shell.err().lines()).hasSize(1);
        }
    }

    @Test
    void obeysNoControlCharacterThatAnErrorRepeats() {
        var shell = new TestShell(folder);
        assertThat(shell.run("cancel", "a\u001b[2Jb\u202e")).isEqualTo(2);
        assertThat(shell.err()).doesNotContain("\u001b", "\u202e").contains("\\u001b[2Jb\\u202e");
        assertThat(shell.run("no\u001b[2Jcommand")).isEqualTo(2);
        assertThat(shell.err()).doesNotContain("\u001b");
    }

    @Test
    void showsWhereAnErrorComesFromOnlyWhenAsked() {
        var shell = new TestShell(folder).set("POSTROAD_POSTGRES_URL", "jdbc:postgresql://127.0.0.1:1/p");
        assertThat(shell.run("runs", "--verbose")).isEqualTo(1);
        assertThat(shell.err()).contains("\tat dev.postroad.cli.looking.RunsCommand.call");
    }

    @Test
    void saysThatNoWorkerRuns() {
        var shell = new TestShell(folder);
        assertThat(shell.run("health")).isEqualTo(1);
        assertThat(shell.err())
                .startsWith("postroad: no worker runs on the embedded servers; start one by `postroad dev`");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "run",
                "task",
                "dev",
                "open",
                "worker",
                "migrate",
                "apply",
                "graph",
                "import",
                "import langgraph",
                "trigger",
                "cancel",
                "retry",
                "resume",
                "reassign",
                "continue",
                "rollback",
                "fork",
                "update-state",
                "pause",
                "unpause",
                "bulk",
                "watch",
                "show",
                "why",
                "state",
                "history",
                "diff",
                "events",
                "logs",
                "timeline",
                "runs",
                "waiting",
                "queue",
                "budgets",
                "workers",
                "health",
                "mcp"
            })
    void explainsEveryCommand(String command) {
        var shell = new TestShell(folder);
        assertThat(shell.run(command.isEmpty() ? new String[] {"--help"} : (command + " --help").split(" ")))
                .isZero();
        assertThat(shell.out()).startsWith(("Usage: postroad " + command).strip());
    }

    @Test
    void listsEachCommandWithAWholeSentence() {
        Deque<CommandLine> commands =
                new ArrayDeque<>(List.of(Postroad.commandLine(new TestShell(folder).surroundings())));
        while (!commands.isEmpty()) {
            CommandLine command = commands.remove();
            commands.addAll(command.getSubcommands().values());
            // The list has the first line alone.
            assertThat(command.getCommandSpec().usageMessage().description()[0])
                    .as(command.getCommandName())
                    .endsWith(".");
        }
    }

    @Test
    void saysWhereTheConsoleShowsARun() {
        var alone = new TestShell(folder);
        assertThat(alone.run("open", "order-1")).isEqualTo(1);
        assertThat(alone.err()).contains("no worker serves the console", "postroad dev");
        var shell = new TestShell(folder)
                .set("POSTROAD_KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")
                .set("POSTROAD_HTTP_PORT", "8081");
        assertThat(shell.run("open", "order:1")).isZero();
        assertThat(shell.out()).isEqualTo("http://127.0.0.1:8081/runs/order%3A1\n");
        assertThat(shell.run("open", "no id")).isEqualTo(2);
    }

    @Test
    void aFileThatIsNotThereIsABadArgumentOfImportAsOfAnyOther() {
        var shell = new TestShell(folder);
        String file = folder.resolve("nothing.jsonl").toString();
        assertThat(shell.run("import", file)).isEqualTo(2);
        assertThat(shell.err()).isEqualTo("postroad: " + file + ": cannot be read; name a file that is there\n");
    }

    @Test
    void tellsItsVersion() {
        var shell = new TestShell(folder);
        assertThat(shell.run("--version")).isZero();
        assertThat(shell.out()).matches("postroad \\d+\\.\\d+.*\\n");
    }

    @Test
    void makesATokenWhoseLineHoldsItsHashAlone() {
        TestShell shell = new TestShell(folder);
        assertThat(shell.run("token", "--name", "ada", "--role", "operator", "--tag", "tenant=acme"))
                .isZero();
        assertThat(shell.out()).matches("ada:operator:tenant=acme:[0-9a-f]{64}\\R");
        assertThat(shell.err())
                .matches("the token: [0-9a-f]{64}\\R")
                .doesNotContain(shell.out().strip());
    }
}
