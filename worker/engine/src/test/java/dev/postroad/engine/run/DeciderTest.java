package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class DeciderTest {
    private static final String CHAIN = """
            graph: chain
            state: { log: { reducer: append } }
            nodes: { a: { agent: x }, b: { agent: x } }
            edges:
              - { from: START, to: a }
              - { from: a, to: b }
              - { from: b, to: END }
            """;
    private static final String DIAMOND = """
            graph: diamond
            state: { log: { reducer: append }, last: {} }
            nodes: { zeta: { agent: x }, beta: { agent: x }, end: { agent: x } }
            edges:
              - { from: START, to: [zeta, beta] }
              - { from: [zeta, beta], to: end }
              - { from: end, to: END }
            """;

    @Test
    void runsAChainWithTwoEventsANodeAndOneVersionASuperstep() {
        RunScript script = RunScript.started(CHAIN, "{}");
        script.answer("a@1", "{'log': 'a'}");
        script.answer("b@2", "{'log': ['b', 'c']}");

        assertThat(script.types())
                .containsExactly(
                        "run.queued",
                        "run.started",
                        "node.started a@1",
                        "node.completed a@1",
                        "node.started b@2",
                        "node.completed b@2",
                        "run.completed");
        assertThat(script.journal).extracting(Event::version).containsExactly(0, 1, 1, 2, 2, 3, 3);
        assertThat(script.journal).extracting(Event::progress).containsExactly(0.0, 0.0, 0.0, 0.5, 0.5, 0.99, 1.0);
        assertThat(script.run.state()).isEqualTo(RunScript.json("{'log': ['a', 'b', 'c']}"));
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void mergesInOrderOfNodeNamesWhateverFinishesFirst() {
        RunScript script = RunScript.started(DIAMOND, "{}");
        script.answer("zeta@1", "{'log': 'zeta'}");
        assertThat(script.run.state()).isEqualTo(RunScript.json("{'log': []}"));
        script.answer("beta@1", "{'log': 'beta'}");

        assertThat(script.run.state()).isEqualTo(RunScript.json("{'log': ['beta', 'zeta']}"));
        assertThat(script.calls).extracting(Effect.CallAgent::task).containsExactly("beta@1", "zeta@1", "end@2");
    }

    @Test
    void recoversFromEveryPrefixOfItsJournalToTheSameEnd() {
        RunScript whole = finishedDiamond(RunScript.started(DIAMOND, "{'last': 1}"));
        for (int length = 2; length < whole.journal.size(); length++) {
            RunScript script = RunScript.started(DIAMOND, "{'last': 1}");
            script.journal.clear();
            script.journal.addAll(whole.journal.subList(0, length));
            script.recover();
            finishedDiamond(script);
            assertThat(script.run.state()).as("after %s events", length).isEqualTo(whole.run.state());
            assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        }
    }

    private static RunScript finishedDiamond(RunScript script) {
        int answered = 0;
        while (answered < script.calls.size()) {
            Effect.CallAgent call = script.calls.get(answered++);
            script.answer(call.task(), "{'log': '" + call.node() + "'}");
        }
        return script;
    }

    @Test
    void keepsASiblingsWorkWhenOneFailsAndRepeatsOnlyWhatFailed() {
        RunScript script = RunScript.started(DIAMOND, "{}");
        script.reply("beta@1", AgentReply.permanent("http.400", "no"));
        assertThat(script.run.status()).isEqualTo(RunStatus.RUNNING);
        script.answer("zeta@1", "{'log': 'zeta'}");
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(Objects.requireNonNull(script.run.error()).node()).isEqualTo("beta");

        script.calls.clear();
        script.tell(new Command.Steer("c1", new Control.Retry()));
        assertThat(script.calls).extracting(Effect.CallAgent::task).containsExactly("beta@1");
        assertThat(script.calls).extracting(Effect.CallAgent::attempt).containsExactly(2);
        script.answer("beta@1", "{'log': 'beta'}");
        script.answer("end@2", "{}");
        assertThat(script.run.state()).isEqualTo(RunScript.json("{'log': ['beta', 'zeta']}"));
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void retriesAfterOneTwoAndFourSecondsThenFails() {
        RunScript script = RunScript.started(CHAIN, "{}");
        for (int seconds : new int[] {1, 2, 4}) {
            script.reply("a@1", AgentReply.retryable("http.503", "busy"));
            assertThat(script.wakes.getFirst().at()).isEqualTo(script.now.plusSeconds(seconds));
            script.wakeNext();
        }
        script.reply("a@1", AgentReply.retryable("http.503", "busy"));
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(script.types().stream().filter(type -> type.startsWith("node.retrying")))
                .hasSize(3);

        script.tell(new Command.Steer("c1", new Control.Retry()));
        script.reply("a@1", AgentReply.retryable("http.503", "busy"));
        assertThat(script.run.status())
                .as("a retried run has its attempts anew")
                .isEqualTo(RunStatus.RUNNING);
    }

    @Test
    void waitsNoLongerThanThePolicyAllowsHoweverLongTheAgentAsksFor() {
        RunScript script = RunScript.started(CHAIN.replace("agent: x", "agent: x, retry: { maxBackoff: PT2S }"), "{}");
        for (Duration asked : List.of(Duration.ofHours(1), Duration.ofSeconds(Long.MAX_VALUE), Duration.ofHours(-1))) {
            script.reply("a@1", new AgentReply.Faulted("http.429", "slow", true, asked));
            assertThat(script.wakes.getFirst().at()).isBetween(script.now.plusSeconds(1), script.now.plusSeconds(2));
            script.wakeNext();
        }
    }

    @Test
    void waitsAsLongAsTheAgentAsksFor() {
        RunScript script = RunScript.started(CHAIN, "{}");
        script.reply("a@1", new AgentReply.Faulted("http.429", "slow", true, Duration.ofSeconds(30)));
        assertThat(script.wakes.getFirst().at()).isEqualTo(script.now.plusSeconds(30));
    }

    @Test
    void keepsARetrysDueTimeOverARecovery() {
        RunScript script = RunScript.started(CHAIN, "{}");
        script.reply("a@1", AgentReply.retryable("http.503", "busy"));
        script.recover();
        assertThat(script.wakes)
                .containsExactly(new Effect.Wake(RunScript.START.plusSeconds(1), new Command.RetryDue("a@1", 2)));
    }

    @Test
    void cancelStopsCallsAndRetryGoesOnFromThere() {
        RunScript script = RunScript.started(DIAMOND, "{}");
        script.answer("beta@1", "{'log': 'beta'}");
        script.tell(new Command.Steer("c1", new Control.Cancel("enough")));
        assertThat(script.run.status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(script.stops).containsExactly(new Effect.StopCall("zeta@1", 1));
        script.answer("zeta@1", "{'log': 'late'}");
        assertThat(script.run.status()).as("a late answer changes nothing").isEqualTo(RunStatus.CANCELLED);

        script.tell(new Command.Steer("c2", new Control.Retry()));
        script.answer("zeta@1", "{'log': 'zeta'}");
        script.answer("end@2", "{}");
        assertThat(script.run.state()).isEqualTo(RunScript.json("{'log': ['beta', 'zeta']}"));
    }

    @Test
    void aQueuedRunCanBeCancelledAndThenRetried() {
        RunScript script = RunScript.queued(CHAIN, "{}");
        script.tell(new Command.Steer("c1", new Control.Cancel(null)));
        assertThat(script.run.status()).isEqualTo(RunStatus.CANCELLED);
        script.tell(new Command.Start());
        assertThat(script.run.status()).isEqualTo(RunStatus.CANCELLED);
        script.tell(new Command.Steer("c2", new Control.Retry()));
        assertThat(script.run.status()).isEqualTo(RunStatus.QUEUED);
        script.tell(new Command.Start());
        assertThat(script.calls).extracting(Effect.CallAgent::task).containsExactly("a@1");
    }

    @Test
    void rejectsWhatTheStatusDoesNotAllowAndAppliesACommandOnce() {
        RunScript script = RunScript.started(CHAIN, "{}");
        script.tell(new Command.Steer("c1", new Control.Retry()));
        script.tell(new Command.Steer("c1", new Control.Retry()));
        script.answer("a@1", "{}");
        script.answer("b@2", "{}");
        script.tell(new Command.Steer("c2", new Control.Cancel(null)));
        script.tell(new Command.Refuse("c3", "fork", "not in this version"));
        assertThat(script.types().stream().filter(type -> type.equals("command.rejected")))
                .hasSize(3);
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void aConflictFailsTheRunReadablyAndARetryRunsBothNodesAgain() {
        RunScript script = RunScript.started(DIAMOND, "{}");
        script.answer("beta@1", "{'last': 1}");
        script.answer("zeta@1", "{'last': 2}");
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(Objects.requireNonNull(script.run.error()).message()).contains("channel last", "beta and zeta");
        assertThat(script.run.state()).isEqualTo(RunScript.json("{'log': []}"));
        script.recover();
        script.calls.clear();

        script.tell(new Command.Steer("c1", new Control.Retry()));
        assertThat(script.calls).extracting(Effect.CallAgent::task).containsExactly("beta@1", "zeta@1");
        script.answer("beta@1", "{'last': 1}");
        script.answer("zeta@1", "{}");
        script.answer("end@2", "{}");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void aRunOutOfTimeStopsItsCallsAndFails() {
        RunScript script = RunScript.started(CHAIN + "limits: { timeout: PT1M }\n", "{}");
        script.wakeNext();
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(Objects.requireNonNull(script.run.error()).type()).isEqualTo("run-timeout");
        assertThat(script.stops).hasSize(1);

        script.now = script.now.plusSeconds(90);
        script.tell(new Command.Steer("c1", new Control.Retry()));
        assertThat(script.wakes)
                .as("a retried run has its time anew")
                .containsExactly(new Effect.Wake(script.now.plusSeconds(60), new Command.TimeOut()));
    }

    @Test
    void aChainOfAsManyNodesAsTheLimitCompletesAndOneMoreFails() {
        RunScript two = RunScript.started(CHAIN + "limits: { supersteps: 2 }\n", "{}");
        two.answer("a@1", "{}");
        two.answer("b@2", "{}");
        assertThat(two.run.status()).isEqualTo(RunStatus.COMPLETED);

        RunScript one = RunScript.started(CHAIN + "limits: { supersteps: 1 }\n", "{}");
        one.answer("a@1", "{}");
        assertThat(Objects.requireNonNull(one.run.error()).type()).isEqualTo("superstep-limit");
        one.tell(new Command.Steer("c1", new Control.Retry()));
        one.answer("b@2", "{}");
        assertThat(one.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void aLoopOfExpressionsEndsByItsConditionWithoutAnyCall() {
        RunScript script = RunScript.started("""
                graph: loop
                state: { n: { default: 0 }, log: { reducer: append } }
                nodes:
                  inc: { set: "{'n': state.n + 1, 'log': ['inc']}" }
                  done: { set: "{'log': [run.id + string(run.superstep)]}" }
                edges:
                  - { from: START, to: inc }
                  - { from: inc, when: "state.n < 3", to: inc }
                  - { from: inc, otherwise: true, to: done }
                  - { from: done, to: END }
                """, "{}");
        assertThat(script.run.state()).isEqualTo(RunScript.json("{'n': 3, 'log': ['inc','inc','inc','run-14']}"));
    }

    @Test
    void aLongLoopYieldsToOthersAndStillEnds() {
        RunScript script = RunScript.started("""
                graph: loop
                state: { n: { reducer: sum } }
                nodes: { inc: { set: "{'n': 1}" } }
                edges:
                  - { from: START, to: inc }
                  - { from: inc, when: "state.n < 2000", to: inc }
                  - { from: inc, otherwise: true, to: END }
                limits: { supersteps: 5000 }
                """, "{}");
        assertThat(script.run.state()).isEqualTo(RunScript.json("{'n': 2000}"));
    }

    @Test
    void mapsInputAndOutputByExpressions() {
        RunScript script = RunScript.started("""
                graph: mapped
                state: { topic: {}, text: {} }
                nodes:
                  write: { agent: writer, input: "{'about': state.topic}", output: "{'text': result.body + '!'}" }
                edges: [ { from: START, to: write }, { from: write, to: END } ]
                """, "{'topic': 'kettles'}");
        assertThat(script.calls.getFirst().input()).isEqualTo(RunScript.json("{'about': 'kettles'}"));
        script.answer("write@1", "{'body': 'hot'}");
        assertThat(script.run.state()).isEqualTo(RunScript.json("{'topic': 'kettles', 'text': 'hot!'}"));
    }

    @Test
    void aWrongAnswerFailsTheNodeAndNamesTheChannel() {
        RunScript script = RunScript.started(CHAIN, "{}");
        script.answer("a@1", "{'lgo': 1}");
        assertThat(Objects.requireNonNull(script.run.error()).message()).contains("no channel lgo", "log");

        RunScript noObject = RunScript.started(CHAIN, "{}");
        noObject.answer("a@1", "[1]");
        assertThat(Objects.requireNonNull(noObject.run.error()).message()).contains("must be an object");
    }

    @Test
    void startsNoMoreTasksAtOnceThanTheLimit() {
        RunScript script = RunScript.started(DIAMOND + "limits: { concurrency: 1 }\n", "{}");
        assertThat(script.calls).extracting(Effect.CallAgent::task).containsExactly("beta@1");
        script.answer("beta@1", "{}");
        assertThat(script.calls).extracting(Effect.CallAgent::task).containsExactly("beta@1", "zeta@1");
    }

    @Test
    void everyEventSurvivesTheCodec() {
        RunScript script = RunScript.started(DIAMOND, "{'last': 'é'}");
        script.tell(new Command.Steer("c0", new Control.Retry()));
        script.reply("beta@1", AgentReply.retryable("http.503", "busy"));
        script.tell(new Command.Steer("c1", new Control.Cancel("enough")));
        script.tell(new Command.Steer("c2", new Control.Retry()));
        script.reply("beta@1", AgentReply.permanent("http.400", "no"));
        script.answer("zeta@1", "{'log': 'zeta'}");
        script.tell(new Command.Steer("c3", new Control.Retry()));
        script.answer("beta@1", "{}");
        script.answer("end@2", "{}");
        for (Event event : script.journal) {
            String data = new String(EventCodec.encode(event.body()), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(EventCodec.decode(event.body().type(), RunScript.json(data)))
                    .isEqualTo(event.body());
        }
        assertThat(script.journal.stream().map(event -> event.body().type()).distinct())
                .hasSize(12);
    }
}
