package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What LangGraph's users know, and where we do better; the recorded cases cover the rest. */
@NullMarked
class SemanticsTest {
    private static final String CHAIN = """
            graph: chain
            state: { log: { reducer: append } }
            nodes: { a: { agent: x }, b: { agent: x } }
            edges: [{ from: START, to: a }, { from: a, to: b }, { from: b, to: END }]
            """;

    private static final String NESTED = """
            graph: inner
            state: { log: { reducer: append }, own: {} }
            nodes: { first: { agent: x }, beside: { agent: x }, last: { agent: x } }
            edges:
              - { from: START, to: [first, beside] }
              - { from: [first, beside], to: last }
              - { from: last, to: END }
            ---
            graph: outer
            state: { log: { reducer: append } }
            nodes: { part: { graph: inner, onError: %s }, after: { agent: x }, rescue: { agent: x } }
            edges:
              - { from: START, to: part }
              - { from: part, to: after }
              - { from: after, when: "false", to: rescue }
              - { from: after, otherwise: true, to: END }
              - { from: rescue, to: END }
            """;

    private static JsonNode json(String text) {
        return RunScript.json(text);
    }

    private static AgentReply gone(String writes, Goto... gotos) {
        return new AgentReply.Completed(json(writes), Usage.NONE, List.of(gotos));
    }

    private static String message(RunScript script) {
        return Objects.requireNonNull(script.run.error()).message();
    }

    @Test
    void aGraphInsideGivesBackWhatItWroteAndNotWhatItWasGiven() {
        RunScript script = RunScript.started(RunScript.nested(NESTED.formatted("rescue")), "{'log': ['given']}");
        assertThat(script.calls)
                .extracting(Effect.CallAgent::task)
                .containsExactly("part@1/beside@1", "part@1/first@1");
        assertThat(script.calls.getFirst().input()).isEqualTo(json("{'log': ['given']}"));
        script.answer("part@1/first@1", "{'log': ['first'], 'own': 1}");
        script.answer("part@1/beside@1", "{'log': ['beside']}");
        script.answer("part@1/last@2", "{'log': ['last'], 'own': 2}");
        script.answer("after@2", "{}");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(script.run.state()).isEqualTo(json("{'log': ['given', 'beside', 'first', 'last']}"));
    }

    @Test
    void anAgentInsideAGraphMaySendTheGraphAroundItElsewhere() {
        RunScript script = RunScript.started(RunScript.nested(NESTED.formatted("rescue")), "{'log': []}");
        script.reply("part@1/first@1", gone("{'log': ['leaving']}", new Goto("rescue", null, true)));
        assertThat(script.stops).extracting(Effect.StopCall::task).containsExactly("part@1/beside@1");
        assertThat(script.run.next())
                .as("the node's own edge, and where it was sent")
                .containsExactly("after", "rescue");
        assertThat(script.run.state()).isEqualTo(json("{'log': ['leaving']}"));
    }

    @Test
    void anErrorInsideAGraphReachesTheHandlerOfTheNodeThatItIs() {
        RunScript script = RunScript.started(RunScript.nested(NESTED.formatted("rescue")), "{'log': []}");
        script.reply("part@1/first@1", AgentReply.permanent("http.400", "no"));
        script.answer("part@1/beside@1", "{}");
        Effect.CallAgent rescue = script.calls.getLast();
        assertThat(rescue.task()).isEqualTo("rescue@1~part");
        assertThat(rescue.input().get("error"))
                .isEqualTo(json("{'type': 'http.400', 'message': 'no', 'node': 'part'}"));
        script.answer("rescue@1~part", "{'log': ['rescued']}");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(script.run.state()).isEqualTo(json("{'log': ['rescued']}"));
    }

    @Test
    void aRetryRunsOnlyWhatFailedInsideAGraph() {
        RunScript script = RunScript.started(
                RunScript.nested(NESTED.formatted("rescue")
                        .replace(", onError: rescue", "")
                        .replace("'false'", "'true'")),
                "{'log': []}");
        script.answer("part@1/beside@1", "{'log': ['beside']}");
        script.reply("part@1/first@1", AgentReply.permanent("http.400", "no"));
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        script.calls.clear();
        script.tell(new Command.Steer("again", new Control.Retry()));
        assertThat(script.calls).extracting(Effect.CallAgent::task).containsExactly("part@1/first@1");
    }

    @Test
    void aQuestionInsideAGraphIsAnsweredByItsPath() {
        RunScript script = RunScript.started(RunScript.nested(NESTED.formatted("rescue")), "{'log': []}");
        script.answer("part@1/beside@1", "{}");
        script.reply("part@1/first@1", new AgentReply.Interrupted(json("'sure?'")));
        assertThat(script.run.interrupts()).extracting(Interrupt::id).containsExactly("part@1/first@1#1");
        script.tell(new Command.Resume("r", Map.of("part@1/first@1#1", json("'yes'")), null, List.of()));
        assertThat(script.calls.getLast().answers()).containsExactly(json("'yes'"));
    }

    @Test
    void everyQuestionOfATaskHasAnIdOfItsOwn() {
        RunScript script = RunScript.started(CHAIN, "{}");
        script.reply("a@1", new AgentReply.Interrupted(json("'first?'")));
        script.tell(new Command.Resume("r1", Map.of("a@1#1", json("1")), null, List.of()));
        script.reply("a@1", new AgentReply.Interrupted(json("'second?'")));
        assertThat(script.run.interrupts()).extracting(Interrupt::id).containsExactly("a@1#2");
        script.tell(new Command.Resume("r2", Map.of("a@1#1", json("2")), null, List.of()));
        assertThat(script.types()).last().asString().startsWith("command.rejected");
        script.tell(new Command.Resume("r3", Map.of(Command.Resume.ONLY, json("2")), null, List.of()));
        assertThat(script.calls.getLast().answers()).containsExactly(json("1"), json("2"));
    }

    @Test
    void aRunStopsBeforeAndAfterTheNodesThatItsDefinitionNames() {
        RunScript script = RunScript.started(CHAIN + "interruptBefore: a\ninterruptAfter: all\n", "{}");
        assertThat(script.run.status()).isEqualTo(RunStatus.WAITING);
        assertThat(script.calls).isEmpty();
        script.tell(new Command.Resume("1", Map.of(), null, List.of()));
        script.answer("a@1", "{'log': 'a'}");
        assertThat(script.run.status()).isEqualTo(RunStatus.WAITING);
        script.tell(new Command.Resume("2", Map.of(), null, List.of()));
        script.answer("b@2", "{'log': 'b'}");
        assertThat(script.run.status()).as("after the last node too").isEqualTo(RunStatus.WAITING);
        script.tell(new Command.Resume("3", Map.of(), null, List.of()));
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            nobody                   | goto names nobody, and graph guarded has no such node; its nodes are a, b, c
            c                        | goto names c, which is not among the goto of node a in graph guarded
            """)
    void aGotoToNowhereFailsTheNodeAndSaysSo(String target, String problem) {
        RunScript script = RunScript.started("""
                graph: guarded
                state: { log: { reducer: append } }
                nodes: { a: { agent: x, goto: [b, END] }, b: { agent: x }, c: { agent: x } }
                edges: [{ from: START, to: a }, { from: b, to: c }, { from: c, to: END }]
                """, "{}");
        script.reply("a@1", gone("{}", Goto.node(target)));
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(message(script)).isEqualTo(problem);
    }

    @Test
    void whomAnInterruptAsksIsAskedStillWhenAPauseIsOver() {
        RunScript script = RunScript.started(CHAIN + "interruptBefore: b\n", "{}");
        script.answer("a@1", "{'log': 'a'}");
        assertThat(script.run.status()).isEqualTo(RunStatus.WAITING);
        script.tell(new Command.Steer("p", new Control.Pause()));
        assertThat(script.run.status()).isEqualTo(RunStatus.PAUSED);
        script.tell(new Command.Steer("u", new Control.Unpause()));
        script.recover();
        assertThat(script.run.status()).isEqualTo(RunStatus.WAITING);
        assertThat(script.run.callsUnderWay()).isEmpty();
        script.tell(new Command.Resume("r", Map.of(), null, List.of()));
        assertThat(script.run.callsUnderWay()).containsOnlyKeys("b@2");
    }

    @Test
    void aLoopOfGotosEndsAtTheLimitOfSupersteps() {
        RunScript script = RunScript.started(CHAIN + "limits: { supersteps: 5 }\n", "{}");
        while (!script.run.status().isEnded()) {
            List<String> tasks = List.copyOf(script.run.callsUnderWay().keySet());
            tasks.forEach(task -> script.reply(task, gone("{}", Goto.node("a"))));
        }
        assertThat(message(script)).contains("more than 5 supersteps");
    }

    @Test
    void anOverwriteReplacesAChannelPastItsReducerWhateverElseIsWritten() {
        RunScript script = RunScript.started("""
                graph: pair
                state: { log: { reducer: append } }
                nodes: { a: { agent: x }, b: { agent: x } }
                edges: [{ from: START, to: [a, b] }, { from: [a, b], to: END }]
                """, "{'log': ['old']}");
        script.answer("b@1", "[{'log': 'dropped'}, {'log': 'dropped too'}]");
        script.answer("a@1", "{'log': {'$overwrite': ['new']}}");
        assertThat(script.run.state()).isEqualTo(json("{'log': ['new']}"));
    }

    @Test
    void messagesAreReplacedRemovedAndAppendedById() {
        RunScript script =
                RunScript.started("""
                graph: chat
                state: { messages: { reducer: messages } }
                nodes: { a: { agent: x } }
                edges: [{ from: START, to: a }, { from: a, to: END }]
                """, "{'messages': [{'id': '1', 'text': 'hi'}, {'id': '2', 'text': 'ho'}]}");
        script.answer(
                "a@1", "{'messages': [{'id': '1', 'text': 'hello'}, {'type': 'remove', 'id': '2'}, {'text': 'new'}]}");
        assertThat(script.run.state()).isEqualTo(json("{'messages': [{'id': '1', 'text': 'hello'}, {'text': 'new'}]}"));
    }

    @Test
    void aReducerMayBeAnExpression() {
        RunScript script = RunScript.started(
                CHAIN.replace("reducer: append", "reducer: 'old + new', default: ''"), "{'log': 'x'}");
        script.answer("a@1", "[{'log': 'y'}, {'log': 'z'}]");
        assertThat(script.run.state()).isEqualTo(json("{'log': 'xyz'}"));
        script.answer("b@2", "{'log': 7}");
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(message(script)).contains("channel log cannot be reduced");
    }

    @Test
    void nullIsADefaultLikeAnyOther() {
        RunScript script = RunScript.started("""
                graph: g
                state:
                  a: { default: ~ }
                  n: { reducer: sum, default: null }
                  log: { reducer: append, default: null }
                  seen: {}
                nodes: { set: { set: "{'seen': [has(state.a), state.a == null, state.n == null], 'n': 2, 'log': 1}" } }
                edges: [{ from: START, to: set }, { from: set, to: END }]
                """, "{}");
        assertThat(script.run.state()).isEqualTo(json("{'a': null, 'n': 2, 'log': [1], 'seen': [true, true, true]}"));
    }

    @Test
    void theBoundOnIterationsIsNamedAndCanBeRaised() {
        String yaml = """
                graph: g
                state: { n: {} }
                nodes: { set: { set: "{'n': lists.range(%d).map(x, lists.range(%d).map(y, x * y)).size()}" } }
                edges: [{ from: START, to: set }, { from: set, to: END }]
                """;
        assertThat(RunScript.started(yaml.formatted(315, 315), "{}").run.status())
                .isEqualTo(RunStatus.COMPLETED);
        RunScript beyond = RunScript.started(yaml.formatted(316, 316), "{}");
        assertThat(message(beyond)).contains("100000", "limits.iterations of the graph (at most 500000)");
        RunScript raised = RunScript.started(yaml.formatted(400, 400) + "limits: { iterations: 200000 }\n", "{}");
        assertThat(raised.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void numbersKeepEveryDigitThroughStateReducersAndExpressions() {
        RunScript script =
                RunScript.started("""
                graph: g
                state: { a: {}, total: { reducer: sum }, most: { reducer: max }, b: {} }
                nodes: { set: { set: "{'total': state.a, 'most': state.a, 'b': state.a}" }, x: { agent: x } }
                edges: [{ from: START, to: set }, { from: set, to: x }, { from: x, to: END }]
                """, "{'a': 12345678901234567.89, 'total': 0.01, 'most': 9007199254740993}");
        script.answer("x@2", "{'total': 18446744073709551615, 'b': 12345678901234567.89}");
        assertThat(script.run.state())
                .hasToString("{\"total\":18459089752610786182.9,\"a\":12345678901234567.89,"
                        + "\"most\":12345678901234567.89,\"b\":12345678901234567.89}");
        assertThat(Run.fold("run-1", script.run.graph(), script.journal).state())
                .isEqualTo(script.run.state());
    }

    @Test
    void aNodeSeesTheElementThatItWasMadeFor() {
        RunScript script = RunScript.started("""
                graph: wide
                state: { items: {}, done: { reducer: append } }
                nodes: { work: { agent: x, input: "{'name': item.name, 'all': size(state.items)}" } }
                edges:
                  - { from: START, forEach: state.items, as: item, to: work }
                  - { from: work, to: END }
                """, "{'items': [{'name': 'b'}, {'name': 'a'}]}");
        assertThat(script.calls)
                .extracting(Effect.CallAgent::task, call -> call.input().toString())
                .containsExactly(
                        tuple("work@1.0", "{\"name\":\"b\",\"all\":2}"),
                        tuple("work@1.1", "{\"name\":\"a\",\"all\":2}"));
        script.answer("work@1.1", "{'done': 'second'}");
        script.answer("work@1.0", "{'done': 'first'}");
        assertThat(script.run.state().get("done")).isEqualTo(json("['first', 'second']"));
    }

    @Test
    void tenThousandTasksOfASuperstepRunAFewAtATime() {
        RunScript script = RunScript.started("""
                graph: wide
                state: { items: {}, done: { reducer: sum } }
                nodes: { work: { agent: x } }
                edges:
                  - { from: START, forEach: "lists.range(state.items)", to: work }
                  - { from: work, to: END }
                limits: { concurrency: 50 }
                """, "{'items': 10000}");
        int most = 0;
        while (script.run.status() == RunStatus.RUNNING) {
            most = Math.max(most, script.run.callsUnderWay().size());
            List<Effect.CallAgent> calls = List.copyOf(script.calls);
            script.calls.clear();
            calls.forEach(call -> script.tell(new Command.Answer(
                    call.task(), 1, AgentReply.completed(json("{'done': 1}")), RetryPolicy.DEFAULT, 1, 0)));
        }
        assertThat(most).isEqualTo(50);
        assertThat(script.run.state().get("done").asInt()).isEqualTo(10_000);
    }

    @ParameterizedTest
    @CsvSource({"http.503, true", "http.404, false", "ConnectionError, true", "other, false"})
    void onlyTheErrorsThatAPolicyListsAreTriedAgain(String type, boolean again) {
        RunScript script = RunScript.started(
                CHAIN.replace("a: { agent: x }", "a: { agent: x, retry: { on: ['http.5*', ConnectionError] } }"), "{}");
        script.reply("a@1", AgentReply.permanent(type, "no"));
        assertThat(script.run.status()).isEqualTo(again ? RunStatus.RUNNING : RunStatus.FAILED);
    }

    @Test
    void anErrorIsTriedAgainForItsMessage() {
        RunScript script = RunScript.started(
                CHAIN.replace("a: { agent: x }", "a: { agent: x, retry: { on: 'message:try (again|later)' } }"), "{}");
        script.reply("a@1", AgentReply.permanent("any", "please try later"));
        assertThat(script.run.status()).isEqualTo(RunStatus.RUNNING);
    }

    @Test
    void aRunThatUsedUpItsTokensFailsAndGetsAsManyAgainByARetry() {
        RunScript script = RunScript.started(CHAIN + "limits: { tokens: 100 }\n", "{}");
        script.reply("a@1", new AgentReply.Completed(json("{'log': 'a'}"), new Usage(60, 41)));
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(message(script)).contains("more than 100 tokens");
        script.tell(new Command.Steer("again", new Control.Retry()));
        script.answer("b@2", "{'log': 'b'}");
        assertThat(script.run.state()).isEqualTo(json("{'log': ['a', 'b']}"));
    }

    @Test
    void aStateThatGrowsTooLargeFailsTheNodeAndNotTheWorker() {
        RunScript script = RunScript.started(CHAIN + "limits: { stateBytes: 2000 }\n", "{}");
        script.answer("a@1", "{'log': '" + "x".repeat(1_500) + "'}");
        script.answer("b@2", "{'log': '" + "y".repeat(1_500) + "'}");
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(message(script)).contains("limits.stateBytes of graph chain");
        assertThat(script.run.state().get("log")).hasSize(1);
    }

    @Test
    void aWriteThatIsTooLargeForTheStateIsNotEvenKeptWhileItsSiblingsRun() {
        RunScript script = RunScript.started("""
                graph: pair
                state: { log: { reducer: append } }
                nodes: { a: { agent: x, onError: b }, b: { agent: x } }
                edges: [{ from: START, to: [a, b] }, { from: [a, b], to: END }]
                limits: { stateBytes: 2000 }
                """, "{'log': []}");
        script.answer("a@1", "{'log': '" + "x".repeat(3_000) + "'}");
        assertThat(script.types())
                .as("its handler takes over beside the sibling")
                .contains("node.failed a@1", "node.started b@1~a");
        script.answer("b@1", "{'log': 'sibling'}");
        script.answer("b@1~a", "{'log': 'handled'}");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(script.run.state()).isEqualTo(json("{'log': ['handled', 'sibling']}"));
    }

    @Test
    void aStateThatIsOverwrittenAgainAndAgainDoesNotCountAsGrown() {
        RunScript script = RunScript.started("""
                graph: loop
                state: { text: {}, n: { reducer: sum } }
                nodes: { a: { agent: x } }
                edges:
                  - { from: START, to: a }
                  - { from: a, when: "state.n < 20", to: a }
                  - { from: a, otherwise: true, to: END }
                limits: { stateBytes: 3000 }
                """, "{}");
        for (int i = 1; i <= 20; i++) {
            script.answer("a@" + i, "{'n': 1, 'text': '" + "x".repeat(1_000) + "'}");
        }
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void aSuperstepThatTakesTooLongIsStopped() {
        RunScript script = RunScript.started(CHAIN + "limits: { superstepTimeout: PT10S }\n", "{}");
        script.now = script.now.plusSeconds(8);
        script.answer("a@1", "{}");
        script.wakeNext();
        assertThat(script.run.status()).as("the second has a time of its own").isEqualTo(RunStatus.RUNNING);
        script.wakeNext();
        assertThat(Objects.requireNonNull(script.run.error()).type()).isEqualTo(RunError.SUPERSTEP_TIMEOUT);
        assertThat(script.stops).extracting(Effect.StopCall::task).containsExactly("b@2");
    }

    @Test
    void aSleepIsAnEventAndNoThread() {
        RunScript script = RunScript.started(CHAIN.replace("b: { agent: x }", "b: { sleep: \"'P1D'\" }"), "{}");
        script.answer("a@1", "{}");
        assertThat(script.run.status()).isEqualTo(RunStatus.WAITING);
        assertThat(script.run.wakeAt()).isEqualTo(script.now.plus(Duration.ofDays(1)));
        script.tell(new Command.WakeUp());
        assertThat(script.run.status()).as("too early").isEqualTo(RunStatus.WAITING);
        script.wakeNext();
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void aSleepThatIsNoTimeFailsTheNode() {
        RunScript script = RunScript.started(CHAIN.replace("b: { agent: x }", "b: { sleep: \"'soon'\" }"), "{}");
        script.answer("a@1", "{}");
        assertThat(message(script)).contains("neither a duration such as PT10M nor a time");
    }

    @Test
    void newInputWaitsForTheEndOfTheRunAndThenHasItsTurn() {
        RunScript script = RunScript.started(CHAIN, "{'log': 'first'}");
        script.tell(new Command.Steer(
                "c1", new Control.Continue((ObjectNode) json("{'log': 'second'}"), WhenBusy.ENQUEUE)));
        script.recover();
        script.answer("a@1", "{}");
        script.answer("b@2", "{}");
        assertThat(script.run.status()).as("it goes on by itself").isEqualTo(RunStatus.RUNNING);
        assertThat(script.run.state()).isEqualTo(json("{'log': ['first', 'second']}"));
        assertThat(script.run.next()).containsExactly("a");
    }

    /** As in LangGraph: who waits for people is not busy. */
    @Test
    void newInputDropsWhatIsAskedWhateverIsSaidOfBusyRuns() {
        RunScript script = RunScript.started("""
                graph: asks
                nodes: { ask: { interrupt: { ask: "'Sure?'" } } }
                edges: [{ from: START, to: ask }, { from: ask, to: END }]
                """, "{}");
        script.tell(new Command.Steer("c1", new Control.Continue((ObjectNode) json("{}"), WhenBusy.REJECT)));
        assertThat(script.run.interrupts()).extracting(Interrupt::task).containsExactly("ask@2");
    }

    @Test
    void newInputMayUndoWhatTheInputBeforeItDid() {
        RunScript script = RunScript.started(CHAIN, "{'log': 'first'}");
        script.answer("a@1", "{'log': 'a'}");
        script.tell(new Command.Steer(
                "c1", new Control.Continue((ObjectNode) json("{'log': 'second'}"), WhenBusy.ROLLBACK)));
        assertThat(script.stops).extracting(Effect.StopCall::task).containsExactly("b@2");
        assertThat(script.run.state()).isEqualTo(json("{'log': ['second']}"));
    }

    @Test
    void aRolledBackRunMakesItsCallsUnderNewKeys() {
        RunScript script = RunScript.started(CHAIN, "{'log': 'in'}");
        Run first = script.run;
        script.answer("a@1", "{'log': 'a'}");
        script.answer("b@2", "{'log': 'b'}");
        script.tell(new Command.Rollback("back", first, true));
        assertThat(script.run.callsUnderWay().keySet())
                .as("no agent takes them for the old ones")
                .containsExactly("a@4");
        assertThat(script.run.state()).isEqualTo(json("{'log': ['in']}"));
    }

    @ParameterizedTest
    @CsvSource({"unpause, timeout", "unpause, superstepTimeout", "resume, timeout", "resume, superstepTimeout"})
    void aRunThatIsTakenUpAgainDaysLaterHasItsTimeAnew(String how, String limit) {
        RunScript script = RunScript.started(CHAIN + "limits: { " + limit + ": PT1M }\n", "{}");
        script.answer("a@1", "{}");
        script.answer("b@2", "{}");
        script.now = script.now.plus(Duration.ofDays(2));
        if (how.equals("unpause")) {
            script.tell(new Command.UpdateState("u", (ObjectNode) json("{'log': 'x'}"), "a", null));
            script.now = script.now.plus(Duration.ofDays(2));
            script.tell(new Command.Steer("go", new Control.Unpause()));
        } else {
            script.tell(new Command.Resume("r", Map.of(), null, List.of(Target.of("b"))));
        }
        script.tell(new Command.TimeOut());
        assertThat(script.run.status()).isEqualTo(RunStatus.RUNNING);
        script.now = script.now.plus(Duration.ofMinutes(1));
        script.tell(new Command.TimeOut());
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
    }

    @Test
    void aDeferredNodeWaitsUntilNobodyElseIsTriggered() {
        RunScript script = RunScript.started("""
                graph: deferring
                state: { log: { reducer: append } }
                nodes: { a: { agent: x }, b: { agent: x }, c: { agent: x }, end: { agent: x, defer: true } }
                edges:
                  - { from: START, to: [a, b] }
                  - { from: [a, b], to: end }
                  - { from: b, to: c }
                  - { from: c, to: END }
                  - { from: end, to: END }
                """, "{}");
        script.answer("a@1", "{}");
        script.answer("b@1", "{}");
        assertThat(script.run.next()).containsExactly("c");
        script.recover();
        script.answer("c@2", "{}");
        assertThat(script.run.next()).containsExactly("end");
    }

    @Test
    void graphsThatAreNestedTooDeeplyAreRefused() {
        StringBuilder graphs = new StringBuilder("""
                graph: g1
                state: {}
                nodes: { a: { agent: x } }
                edges: [{ from: START, to: a }, { from: a, to: END }]
                """);
        for (int i = 2; i <= 11; i++) {
            graphs.append("""
                    ---
                    graph: g%d
                    state: {}
                    nodes: { a: { graph: g%d } }
                    edges: [{ from: START, to: a }, { from: a, to: END }]
                    """.formatted(i, i - 1));
        }
        String ten = graphs.substring(0, graphs.lastIndexOf("---"));
        assertThat(RunScript.nested(ten).depth()).isEqualTo(Graph.MAX_DEPTH);
        assertThatThrownBy(() -> RunScript.nested(graphs.toString()))
                .hasMessageContaining("nodes.a.graph")
                .hasMessageContaining("nested deeper than 10");
    }

    @Test
    void aGraphInsideItselfIsRefused() {
        assertThatThrownBy(() -> RunScript.nested("""
                graph: self
                state: {}
                nodes: { a: { graph: self } }
                edges: [{ from: START, to: a }, { from: a, to: END }]
                """)).hasMessageContaining("there is no graph self");
    }

    @Test
    void handlersThatLeadToOneAnotherAreRefused() {
        assertThatThrownBy(() -> RunScript.graph("""
                graph: round
                state: {}
                nodes: { a: { agent: x, onError: b }, b: { agent: x, onError: a } }
                edges: [{ from: START, to: a }, { from: a, to: END }, { from: b, to: END }]
                """))
                .hasMessageContaining("nodes.a.onError")
                .hasMessageContaining("leads back to a");
    }

    @Test
    void whatCannotBeAnInterruptIsRefusedWithItsPlace() {
        assertThatThrownBy(() -> RunScript.graph(CHAIN + "interruptBefore: [a, nobody]\n"))
                .hasMessageContaining("interruptBefore")
                .hasMessageContaining("there is no node nobody");
    }
}
