package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.message.RunStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every status meets every command. A new status or command fails here until it is put into the tables below. */
@NullMarked
class DeciderCoverageTest {
    private static final String GRAPH = """
            graph: pair
            state: { log: { reducer: append } }
            nodes: { a: { agent: x }, b: { agent: x } }
            edges: [ { from: START, to: [a, b] }, { from: [a, b], to: END } ]
            limits: { timeout: PT1M }
            """;

    private static final String WHEN_DUE = "time out: when due";

    /** No decision leads to these yet. */
    private static final Set<RunStatus> UNREACHED = EnumSet.of(RunStatus.WAITING, RunStatus.PAUSED);

    /** One run of each status; the one that runs has a call under way, and a retry that is due in a second. */
    private static final Map<RunStatus, Supplier<RunScript>> RUNS = new EnumMap<>(Map.of(
            RunStatus.QUEUED, () -> RunScript.queued(GRAPH, "{}"),
            RunStatus.RUNNING, DeciderCoverageTest::running,
            RunStatus.COMPLETED, DeciderCoverageTest::completed,
            RunStatus.FAILED, DeciderCoverageTest::failed,
            RunStatus.CANCELLED, DeciderCoverageTest::cancelled));

    private static final Map<String, Command> COMMANDS = commands();

    private static Map<String, Command> commands() {
        Map<String, Command> commands = new LinkedHashMap<>();
        commands.put("start", new Command.Start());
        commands.put("proceed", new Command.Proceed());
        commands.put("answer", answer("a@1", 1, AgentReply.completed(RunScript.json("{'log': 1}"))));
        commands.put("answer: bad", answer("a@1", 1, AgentReply.completed(RunScript.json("{'lgo': 1}"))));
        commands.put("answer: no object", answer("a@1", 1, AgentReply.completed(RunScript.json("7"))));
        commands.put("answer: again later", answer("a@1", 1, AgentReply.retryable("http.503", "busy")));
        commands.put(
                "answer: again after ages",
                answer("a@1", 1, new AgentReply.Faulted("slow", "", true, Duration.ofSeconds(Long.MAX_VALUE))));
        commands.put("answer: never", answer("a@1", 1, AgentReply.permanent("http.400", "no")));
        commands.put("answer: of an old attempt", answer("a@1", 0, AgentReply.permanent("http.400", "no")));
        commands.put("answer: of a task that backs off", answer("b@1", 1, AgentReply.permanent("http.400", "no")));
        commands.put("answer: of no task", answer("c@7", 1, AgentReply.permanent("http.400", "no")));
        commands.put("retry due", new Command.RetryDue("b@1", 2));
        commands.put("retry due: of an old attempt", new Command.RetryDue("b@1", 1));
        commands.put("retry due: of no task", new Command.RetryDue("c@7", 2));
        commands.put("time out: too early", new Command.TimeOut());
        commands.put(WHEN_DUE, new Command.TimeOut());
        commands.put("cancel", new Command.Cancel("new", "enough"));
        commands.put("retry", new Command.Retry("new"));
        commands.put("refuse", new Command.Refuse("new", "fork", "not in this version"));
        return commands;
    }

    @Test
    void theTablesNameEveryStatusAndEveryCommand() {
        assertThat(Arrays.stream(RunStatus.values()).filter(status -> !UNREACHED.contains(status)))
                .containsExactlyInAnyOrderElementsOf(RUNS.keySet());
        RUNS.forEach((status, script) -> assertThat(script.get().run.status()).isEqualTo(status));
        assertThat(COMMANDS.values().stream().<Class<?>>map(Command::getClass).distinct())
                .containsExactlyInAnyOrderElementsOf(cases(Command.class));
    }

    private static List<Class<?>> cases(Class<?> type) {
        List<Class<?>> cases = new ArrayList<>();
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            cases.addAll(permitted.isSealed() ? cases(permitted) : List.of(permitted));
        }
        return cases;
    }

    /** The whole behaviour on one page: what each command leads to in each status; a dash for nothing. */
    @Test
    void everyPairLeadsToWhatTheTableSays() throws IOException {
        String table = pairs().map(pair ->
                        "%-9s | %-32s | %s%n".formatted(pair.status().publicName(), pair.command(), outcome(pair)))
                .collect(Collectors.joining());
        assertThat(table).isEqualTo(resource("/decisions/pairs.txt"));
    }

    private static String outcome(Pair pair) {
        RunScript script = script(pair.status());
        int before = script.journal.size();
        tell(script, pair.command());
        List<String> types = script.types();
        return before == types.size() ? "-" : String.join(", ", types.subList(before, types.size()));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void keepsTheJournalSoundWhateverComes(Pair pair) {
        RunScript script = script(pair.status());
        Run before = script.run;
        tell(script, pair.command());
        Run folded = Run.fold(before.id(), before.graph(), script.journal);
        assertThat(folded.status()).isEqualTo(script.run.status());
        assertThat(folded.seq()).isEqualTo(script.run.seq()).isEqualTo(script.journal.size());
        assertThat(folded.state()).isEqualTo(script.run.state());
        assertThat(folded.superstep().tasks()).isEqualTo(script.run.superstep().tasks());
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void answersEveryCommandOfAUserOnceAndNeverBySilence(Pair pair) {
        if (!(command(pair.command()) instanceof Command.FromUser command)) {
            return;
        }
        Run run = script(pair.status()).run;
        Decision first = Decider.decide(run, command, RunScript.START);
        assertThat(first.events()).isNotEmpty();
        Decision second = Decider.decide(first.run(), command, RunScript.START);
        assertThat(second.events()).as("the same command again").isEmpty();
        assertThat(second.effects()).isEmpty();
        assertThat(second.run()).isSameAs(first.run());
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void goesOnFromEveryPairToAnEnd(Pair pair) {
        RunScript script = script(pair.status());
        tell(script, pair.command());
        script.tell(new Command.Start());
        while (!script.run.status().isEnded()) {
            List<String> open = List.copyOf(script.run.callsUnderWay().keySet());
            open.forEach(task -> script.answer(task, "{}"));
            if (open.isEmpty()) {
                script.wakeNext();
            }
        }
        assertThat(script.run.status().isEnded()).isTrue();
    }

    record Pair(RunStatus status, String command) {}

    private static Stream<Pair> pairs() {
        return RUNS.keySet().stream()
                .flatMap(status -> COMMANDS.keySet().stream().map(command -> new Pair(status, command)));
    }

    private static RunScript script(RunStatus status) {
        return Objects.requireNonNull(RUNS.get(status)).get();
    }

    private static void tell(RunScript script, String command) {
        script.now = command.equals(WHEN_DUE) ? script.now.plus(Duration.ofMinutes(1)) : script.now;
        script.tell(command(command));
    }

    private static Command command(String name) {
        return Objects.requireNonNull(COMMANDS.get(name));
    }

    private static Command.Answer answer(String task, int attempt, AgentReply reply) {
        return new Command.Answer(task, attempt, reply, RetryPolicy.DEFAULT, 5, 0);
    }

    private static RunScript running() {
        RunScript script = RunScript.started(GRAPH, "{}");
        script.reply("b@1", AgentReply.retryable("http.503", "busy"));
        return script;
    }

    private static RunScript completed() {
        RunScript script = RunScript.started(GRAPH, "{}");
        script.answer("b@1", "{}");
        script.answer("a@1", "{}");
        return script;
    }

    private static RunScript failed() {
        RunScript script = RunScript.started(GRAPH, "{}");
        script.answer("a@1", "{}");
        script.reply("b@1", AgentReply.permanent("http.400", "no"));
        return script;
    }

    private static RunScript cancelled() {
        RunScript script = running();
        script.tell(new Command.Cancel("c1", null));
        return script;
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(DeciderCoverageTest.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
