package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.ToolCall;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.definition.OnExceeded;
import dev.postroad.contracts.message.Answers;
import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.engine.graph.AnswerSchemas;
import dev.postroad.engine.graph.Target;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
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

    private static final Breakpoints AT_BOTH = new Breakpoints(List.of(Breakpoints.ALL), List.of("a"));
    private static final String WHEN_DUE = "time out: when due";

    /** One run of each status; the one that runs has a call under way, and a retry that is due in a second. */
    private static final Map<RunStatus, Supplier<RunScript>> RUNS = new EnumMap<>(Map.of(
            RunStatus.QUEUED, () -> RunScript.queued(GRAPH, "{}"),
            RunStatus.RUNNING, DeciderCoverageTest::running,
            RunStatus.COMPLETED, DeciderCoverageTest::completed,
            RunStatus.WAITING, DeciderCoverageTest::waiting,
            RunStatus.PAUSED, DeciderCoverageTest::paused,
            RunStatus.FAILED, DeciderCoverageTest::failed,
            RunStatus.CANCELLED, DeciderCoverageTest::cancelled));

    private static final Map<String, Command> COMMANDS = commands();

    private static Map<String, Command> commands() {
        Map<String, Command> commands = new LinkedHashMap<>();
        commands.put("start", new Command.Start());
        commands.put("proceed", new Command.Proceed());
        commands.put("take up", new Command.TakeUp(List.of(new Command.TakeUp.Attempt("a@1", 1))));
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
        commands.put("answer: a question", answer("a@1", 1, new AgentReply.Interrupted(RunScript.json("'sure?'"))));
        commands.put("answer: a sleep", answer("a@1", 1, new AgentReply.Sleeping(Duration.ofSeconds(20))));
        commands.put("answer: goes on to b", answer("a@1", 1, gone(Goto.node("b"))));
        commands.put("answer: goes nowhere", answer("a@1", 1, gone(Goto.node("c"))));
        commands.put("answer: goes to no parent", answer("a@1", 1, gone(new Goto("b", null, true))));
        commands.put("call tools", calls("a@1", 1));
        commands.put("call tools: of an old attempt", calls("a@1", 0));
        commands.put("unavailable: wait", unavailable("a@1", 1, false));
        commands.put("unavailable: fail", unavailable("a@1", 1, true));
        commands.put("unavailable: for an old attempt", unavailable("a@1", 0, false));
        commands.put("over budget: pause", overBudget(OnExceeded.PAUSE));
        commands.put("over budget: warn", overBudget(OnExceeded.WARN));
        commands.put("agent available", new Command.AgentAvailable("x"));
        commands.put("wake up", new Command.WakeUp());
        Instant deadline = RunScript.START.plusSeconds(20);
        commands.put("dispatched", new Command.Dispatched("a@1", 1, "x", deadline, null, null));
        commands.put("dispatched: an old attempt", new Command.Dispatched("a@1", 0, "x", deadline, null, null));
        commands.put("result", result("a@1", 1));
        commands.put("result: of an old attempt", result("a@1", 0));
        commands.put("result: of no task", result("c@7", 1));
        commands.put("not done", new Command.NotDone("a@1", 1));
        commands.put("shown", new Command.Shown("a@1", 1));
        commands.put("rest", new Command.Rest(Instant.EPOCH));
        commands.put("retry due", new Command.RetryDue("b@1", 2));
        commands.put("retry due: of an old attempt", new Command.RetryDue("b@1", 1));
        commands.put("retry due: of no task", new Command.RetryDue("c@7", 2));
        commands.put("time out: too early", new Command.TimeOut());
        commands.put(WHEN_DUE, new Command.TimeOut());
        commands.put("cancel", new Command.Steer("new", new Control.Cancel("enough")));
        commands.put("retry", new Command.Steer("new", new Control.Retry()));
        commands.put("retry: at once", new Command.Steer("new", new Control.Retry(true)));
        commands.put("resume: go on", new Command.Resume("new", Map.of(), null, List.of()));
        commands.put("resume: the only one", resume(Command.Resume.ONLY));
        commands.put("resume: one", resume("a@1"));
        commands.put("resume: nobody", resume("c"));
        commands.put(
                "resume: each",
                new Command.Resume(
                        "new", new Answers.Each(RunScript.json("1")), null, AnswerSchemas.ANY, null, List.of()));
        commands.put(
                "resume: with no answers",
                new Command.Resume("new", new Answers.Named(Map.of()), null, AnswerSchemas.ANY, null, List.of()));
        commands.put("reassign", new Command.Steer("new", new Control.Reassign(null, "ada")));
        commands.put("reassign: nobody", new Command.Steer("new", new Control.Reassign("c", "ada")));
        commands.put(
                "resume: with an update",
                new Command.Resume("new", Map.of(), object("{'log': 'x'}"), List.of(Target.of("a"))));
        commands.put("resume: with a bad update", new Command.Resume("new", Map.of(), object("{'lgo': 1}"), List.of()));
        commands.put("resume: to no node", new Command.Resume("new", Map.of(), null, List.of(Target.of("c"))));
        for (WhenBusy whenBusy : WhenBusy.values()) {
            commands.put(
                    "continue: " + whenBusy.name().toLowerCase(Locale.ROOT),
                    new Command.Steer("new", new Control.Continue(object("{'log': 'more'}"), whenBusy)));
        }
        commands.put(
                "continue: bad input",
                new Command.Steer("new", new Control.Continue(object("{'lgo': 1}"), WhenBusy.INTERRUPT)));
        commands.put("update-state", new Command.UpdateState("new", object("{'log': 'x'}"), "a", null));
        commands.put("update-state: as the last", new Command.UpdateState("new", object("{'log': 'x'}"), null, null));
        commands.put("update-state: as nobody", new Command.UpdateState("new", object("{}"), "c", null));
        commands.put("update-state: as END", new Command.UpdateState("new", object("{}"), "END", null));
        Run first = RunScript.started(GRAPH, "{}").run;
        commands.put("update-state: at a version", new Command.UpdateState("new", object("{}"), "a", first));
        commands.put("rollback", new Command.Rollback("new", first, true));
        commands.put("rollback: and stay", new Command.Rollback("new", first, false));
        commands.put(
                "rollback: before the input", new Command.Rollback("new", RunScript.queued(GRAPH, "{}").run, true));
        commands.put("fork", new Command.Fork("new", first, "run-2", null, null, first.graph()));
        commands.put("fork: as a", new Command.Fork("new", first, "run-2", object("{'log': 'x'}"), "a", first.graph()));
        commands.put("fork: as nobody", new Command.Fork("new", first, "run-2", object("{}"), "c", first.graph()));
        commands.put(
                "fork: before the input",
                new Command.Fork("new", RunScript.queued(GRAPH, "{}").run, "run-2", null, null, first.graph()));
        commands.put("forked", new Command.Forked("new", "run-2", 1));
        commands.put("pause", new Command.Steer("new", new Control.Pause()));
        commands.put("pause: before and after", new Command.Steer("new", new Control.Pause(AT_BOTH)));
        commands.put("pause: at no node", new Command.Steer("new", new Control.Pause(Breakpoints.NONE)));
        commands.put(
                "pause: at an unknown node",
                new Command.Steer("new", new Control.Pause(new Breakpoints(List.of("c"), List.of()))));
        commands.put("unpause", new Command.Steer("new", new Control.Unpause()));
        commands.put("migrate", new Command.Migrate("new", RunScript.graph(GRAPH, 2)));
        commands.put(
                "migrate: where there is no place",
                new Command.Migrate(
                        "new", RunScript.graph(GRAPH.replace("a:", "c:").replace("[a, b]", "[c, b]"), 2)));
        commands.put("migrate: to its own version", new Command.Migrate("new", RunScript.graph(GRAPH, 1)));
        commands.put("refuse", new Command.Refuse("new", "fork", "not in this version"));
        return commands;
    }

    private static Command calls(String task, int attempt) {
        ToolCall call = new ToolCall("1", "tool", new ToolCall.OfAgent("y"), RunScript.json("{}"));
        return new Command.CallTools(
                task, attempt, RunScript.json("null"), List.of(new ToolTask(call, null)), Usage.NONE, 5);
    }

    private static Command overBudget(OnExceeded onExceeded) {
        return new Command.OverBudget(
                "a@1",
                1,
                new EventBody.BudgetExceeded("pair", "", "P1D", "tokens", BigDecimal.TEN, BigDecimal.TEN, onExceeded));
    }

    @Test
    void theTablesNameEveryStatusAndEveryCommand() {
        assertThat(RunStatus.values()).containsExactlyInAnyOrderElementsOf(RUNS.keySet());
        RUNS.forEach((status, script) -> assertThat(script.get().run.status()).isEqualTo(status));
        assertThat(COMMANDS.values().stream().<Class<?>>map(Command::getClass).distinct())
                .containsExactlyInAnyOrderElementsOf(cases(Command.class));
        assertThat(COMMANDS.values().stream()
                        .filter(Command.Steer.class::isInstance)
                        .<Class<?>>map(steer -> ((Command.Steer) steer).action().getClass())
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(cases(Control.Plain.class));
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
        assertThat(folded.root().superstep().tasks())
                .isEqualTo(script.run.root().superstep().tasks());
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void answersEveryCommandOfAUserOnceAndNeverBySilence(Pair pair) {
        if (!(command(pair.command()) instanceof Command.FromUser command)) {
            return;
        }
        Run run = script(pair.status()).run;
        Decision first = Decider.decide(run, command, RunScript.START);
        if (!first.effects().isEmpty() && first.effects().getFirst() instanceof Effect.Spawn spawn) {
            assertThat(first.events())
                    .as("a fork is answered once it is admitted")
                    .isEmpty();
            first = Decider.decide(run, RunScript.forked(spawn), RunScript.START);
        }
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
        for (int i = 0; !script.run.status().isEnded(); i++) {
            assertThat(i).as("rounds without an end").isLessThan(100);
            List<String> open = List.copyOf(script.run.callsUnderWay().keySet());
            open.forEach(task -> script.answer(task, "{}"));
            if (!open.isEmpty()) {
                continue;
            }
            if (script.run.status() == RunStatus.QUEUED) {
                script.tell(new Command.Start());
            } else if (script.run.status() == RunStatus.PAUSED) {
                script.tell(new Command.Steer("last pause " + i, new Control.Unpause()));
            } else if (script.run.status() != RunStatus.WAITING
                    || script.run.interrupts().isEmpty()) {
                script.wakeNext();
            } else {
                script.tell(new Command.Resume("last " + i, answersToAll(script.run), null, List.of()));
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

    private static Command.Result result(String task, int attempt) {
        AgentReply reply = AgentReply.completed(RunScript.json("{'log': 1}"));
        return new Command.Result(task, attempt, reply, null, RemoteAgents.NONE);
    }

    private static Command.Unavailable unavailable(String task, int attempt, boolean fails) {
        return new Command.Unavailable(task, attempt, "x", "x is away", RunScript.START.plusSeconds(30), fails);
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

    private static Map<String, JsonNode> answersToAll(Run run) {
        return run.interrupts().stream().collect(Collectors.toMap(Interrupt::id, interrupt -> RunScript.json("'yes'")));
    }

    private static AgentReply gone(Goto there) {
        return new AgentReply.Completed(RunScript.json("{}"), Usage.NONE, List.of(there));
    }

    private static Command.Resume resume(String name) {
        return new Command.Resume("new", Map.of(name, RunScript.json("'yes'")), null, List.of());
    }

    private static ObjectNode object(String text) {
        return (ObjectNode) RunScript.json(text);
    }

    private static RunScript waiting() {
        RunScript script = RunScript.started(GRAPH, "{}");
        script.reply("b@1", new AgentReply.Interrupted(RunScript.json("'b?'")));
        script.reply("a@1", new AgentReply.Interrupted(RunScript.json("'a?'")));
        return script;
    }

    private static RunScript paused() {
        RunScript script = completed();
        script.tell(new Command.UpdateState("u1", object("{}"), "START", null));
        return script;
    }

    private static RunScript cancelled() {
        RunScript script = running();
        script.tell(new Command.Steer("c1", new Control.Cancel(null)));
        return script;
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(DeciderCoverageTest.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
