package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Asking;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.definition.ErrorTypes;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.WhenBusy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How a run waits for agents whose answers come by themselves. */
@NullMarked
class RemoteTasksTest {
    private static final String GRAPH = """
            graph: remote
            state: { log: { reducer: append } }
            nodes: { a: { agent: x }, b: { agent: y } }
            edges: [ { from: START, to: a }, { from: a, to: b }, { from: b, to: END } ]
            """;
    private static final String PAIR = """
            graph: pair
            state: { log: { reducer: append } }
            nodes: { a: { agent: x }, b: { agent: y } }
            edges: [ { from: START, to: [a, b] }, { from: [a, b], to: END } ]
            limits: { superstepTimeout: PT40S }
            """;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Test
    void aQuickAnswerCostsOneEventMoreAndNoRest() {
        RunScript script = RunScript.started(GRAPH, "{}");
        dispatch(script, "a@1", 1, null);
        result(script, "a@1", 1, "{'log': 'a'}");
        assertThat(script.types())
                .endsWith("node.started a@1", "node.waiting a@1", "node.completed a@1", "node.started b@2");
        assertThat(script.run.status()).isEqualTo(RunStatus.RUNNING);
        assertThat(script.notes).hasSize(1);
        assertThat(script.notes.getFirst().agent()).isEqualTo("x");
    }

    @Test
    void restsWhereTheAgentIsSlowAndComesBackForItsAnswer() {
        RunScript script = RunScript.started(GRAPH, "{}");
        dispatch(script, "a@1", 1, null);
        script.wakeNext();
        assertThat(script.types()).endsWith("node.waiting a@1", "run.waiting");
        assertThat(script.run.wakeAt()).isEqualTo(RunScript.START.plus(MINUTE));

        script.recover();
        assertThat(script.calls).as("what was sent is not sent again").isEmpty();
        script.now = script.now.plusSeconds(30);
        result(script, "a@1", 1, "{'log': 'a'}");
        assertThat(script.types()).endsWith("run.resumed", "node.completed a@1", "node.started b@2");
        assertThat(script.notes.getFirst().durationMillis()).isEqualTo(31_000);
    }

    @Test
    void whatWasSentIsNotSentAgainByWhoeverTakesTheRunUp() {
        RunScript script = RunScript.started(GRAPH, "{}");
        dispatch(script, "a@1", 1, null);
        script.recover();
        assertThat(script.calls).isEmpty();
        script.wakeNext();
        assertThat(script.run.status()).isEqualTo(RunStatus.WAITING);
    }

    @Test
    void whatMayHaveBeenSentIsSentAgainInDoubt() {
        RunScript script = RunScript.started(GRAPH, "{}");
        assertThat(script.calls.getFirst().doubtful()).isZero();
        script.recover();
        assertThat(script.calls).hasSize(1);
        assertThat(script.calls.getFirst().attempt()).isEqualTo(1);
        assertThat(script.calls.getFirst().doubtful()).isEqualTo(1);
    }

    @Test
    void anAnswerThatOvertakesTheNoteOfItsDispatchCounts() {
        RunScript script = RunScript.started(GRAPH, "{}");
        result(script, "a@1", 1, "{'log': 'a'}");
        dispatch(script, "a@1", 1, null);
        assertThat(script.types()).endsWith("node.completed a@1", "node.started b@2");
        assertThat(script.recalls).isEmpty();
    }

    @Test
    void answersThatNobodyWaitsForChangeNothingAndAreRefusedWithAReason() {
        RunScript script = RunScript.started(GRAPH, "{}");
        dispatch(script, "a@1", 1, null);
        int before = script.journal.size();
        result(script, "a@1", 2, "{}");
        result(script, "c@1", 1, "{}");
        assertThat(script.journal).hasSize(before);
        result(script, "a@1", 1, "{}");
        result(script, "a@1", 1, "{}");
        assertThat(script.refusals)
                .containsExactly(
                        "attempt 2 of task a@1 is not under way, but attempt 1",
                        "no task c@1 is under way in the run, which is running",
                        "no task a@1 is under way in the run, which is running");
    }

    @Test
    void aTaskThatWasNeverSentToARemoteAgentTakesNoAnswerFromThere() {
        RunScript script = RunScript.started(GRAPH, "{}");
        script.tell(new Command.Result("a@1", 1, AgentReply.completed(RunScript.json("{}")), null, known(null, false)));
        assertThat(script.run.isCalling("a@1", 1)).isTrue();
        assertThat(script.refusals).containsExactly("task a@1 was not sent to a remote agent");
    }

    @Test
    void aFaultGoesByTheRetryPolicyAlsoOutOfARest() {
        RunScript script = RunScript.started(GRAPH, "{}");
        dispatch(script, "a@1", 1, null);
        script.wakeNext();
        AgentReply busy = AgentReply.retryable("busy", "come back");
        script.tell(new Command.Result("a@1", 1, busy, null, RemoteAgents.NONE));
        assertThat(script.types()).endsWith("run.resumed", "node.retrying a@1");
        script.tell(new Command.RetryDue("a@1", 2));
        assertThat(script.run.isCalling("a@1", 2)).isTrue();
        assertThat(script.calls.getLast().doubtful())
                .as("its agent said that it failed")
                .isZero();
    }

    @Test
    void anAgentThatIsLateIsGivenUpAndTheNextAttemptIsInDoubt() {
        RunScript script = RunScript.started(GRAPH, "{}");
        dispatch(script, "a@1", 1, null);
        script.wakeNext();
        script.now = RunScript.START.plus(MINUTE);
        script.tell(new Command.WakeUp());
        assertThat(script.types()).endsWith("run.waiting", "run.resumed", "node.retrying a@1");
        assertThat(((AgentReply.Faulted) script.notes.getFirst().reply()).message())
                .isEqualTo("no answer of agent x within PT1M");
        script.tell(new Command.RetryDue("a@1", 2));
        assertThat(script.calls.getLast().doubtful()).isEqualTo(1);
        result(script, "a@1", 1, "{'log': 'too late'}");
        assertThat(script.run.isCalling("a@1", 2)).isTrue();
    }

    @Test
    void anAgentThatHasAnsweredSinceIsInDoubtNoMore() {
        RunScript fails = inDoubt();
        dispatch(fails, "a@1", 2, null);
        AgentReply busy = AgentReply.retryable("busy", "come back");
        fails.tell(new Command.Result("a@1", 2, busy, null, RemoteAgents.NONE));
        fails.tell(new Command.RetryDue("a@1", 3));
        assertThat(fails.calls.getLast().attempt()).isEqualTo(3);
        assertThat(fails.calls.getLast().doubtful()).isZero();

        RunScript asks = inDoubt();
        asks.reply("a@1", new AgentReply.Interrupted(RunScript.json("'sure?'")));
        asks.tell(new Command.Resume("yes", Map.of("a", RunScript.json("'yes'")), null, List.of()));
        assertThat(asks.calls.getLast().attempt()).isEqualTo(3);
        assertThat(asks.calls.getLast().doubtful()).isZero();
    }

    @Test
    void anAgentThatCouldNotBeAskedIsStillInDoubt() {
        RunScript script = inDoubt();
        script.reply("a@1", AgentReply.retryable("http.503", "asked what came of attempt 1: answered 503"));
        script.tell(new Command.RetryDue("a@1", 3));
        assertThat(script.calls.getLast().doubtful()).isEqualTo(1);
    }

    /** Whose second attempt is under way, as the first was late. */
    private static RunScript inDoubt() {
        RunScript script = RunScript.started(GRAPH, "{}");
        script.reply("a@1", AgentReply.retryable(RunError.TIMEOUT, "no answer within PT1M"));
        script.tell(new Command.RetryDue("a@1", 2));
        assertThat(script.calls.getLast().doubtful()).isEqualTo(1);
        return script;
    }

    @Test
    void anAgentThatFallsSilentIsGivenUpBeforeItsDeadline() {
        RunScript script = RunScript.started(GRAPH, "{}");
        dispatch(script, "a@1", 1, Duration.ofSeconds(10));
        script.wakeNext();
        assertThat(script.run.wakeAt()).isEqualTo(RunScript.START.plusSeconds(10));

        script.now = RunScript.START.plusSeconds(10);
        script.tell(new Command.WakeUp(known(RunScript.START.plusSeconds(7), true)));
        assertThat(script.types()).as("it was heard").endsWith("node.waiting a@1", "run.waiting");
        assertThat(script.postponed).containsExactly(RunScript.START.plusSeconds(17));

        script.recover();
        script.now = RunScript.START.plusSeconds(17);
        script.tell(new Command.WakeUp(known(RunScript.START.plusSeconds(7), true)));
        assertThat(script.types()).endsWith("run.resumed", "node.retrying a@1");
        assertThat(((AgentReply.Faulted) script.notes.getFirst().reply()).message())
                .isEqualTo("agent x said nothing for PT10S");
    }

    @Test
    void aJournalDoesNotGrowWithTheHeartbeatsOfAnAgentThatTakesHours() {
        RunScript script = RunScript.started(GRAPH, "{}");
        Instant deadline = RunScript.START.plus(Duration.ofHours(5));
        script.tell(new Command.Dispatched("a@1", 1, "x", deadline, Duration.ofSeconds(30), null));
        script.wakeNext();
        List<String> before = script.types();
        for (Instant due = RunScript.START.plusSeconds(30); due.isBefore(deadline); due = due.plusSeconds(29)) {
            script.now = due;
            script.tell(new Command.WakeUp(known(due.minusSeconds(1), true)));
            assertThat(script.postponed.getLast()).isEqualTo(least(due.plusSeconds(29), deadline));
        }
        assertThat(script.types()).isEqualTo(before);

        script.now = deadline;
        script.tell(new Command.WakeUp(known(deadline, true)));
        assertThat(script.types()).endsWith("run.resumed", "node.retrying a@1");
    }

    private static Instant least(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    @Test
    void anAgentThatWorksOnIsAskedOnAndOnWithoutAnEventUntilItIsGivenUp() {
        RunScript script = polled();
        script.wakeNext();
        assertThat(script.types()).endsWith("node.waiting a@1", "run.waiting");
        assertThat(script.run.wakeAt()).isEqualTo(RunScript.START.plusSeconds(5));
        List<String> before = script.types();
        for (int asked = 1; asked <= 11; asked++) {
            script.recover();
            script.now = RunScript.START.plusSeconds(5L * asked);
            script.tell(new Command.WakeUp(known(script.now.minusSeconds(5), true)));
            assertThat(script.polls).hasSize(asked);
            assertThat(script.polls.getLast().polling().handle()).isEqualTo("t-1");
            assertThat(script.postponed.getLast()).isEqualTo(script.now.plusSeconds(5));
        }
        assertThat(script.types()).isEqualTo(before);

        script.now = RunScript.START.plus(MINUTE);
        script.tell(new Command.WakeUp(known(script.now, true)));
        assertThat(script.types()).endsWith("run.waiting", "run.resumed", "node.retrying a@1");
        assertThat(script.recalls).containsExactly(new Effect.Recall("x", "a@1", 1, "t-1"));
        script.tell(new Command.RetryDue("a@1", 2));
        assertThat(script.calls.getLast().doubtful()).isEqualTo(1);
    }

    @Test
    void anAgentThatWorksOnIsAskedBesideWorkThatGoesOnHereToo() {
        RunScript script = RunScript.started(PAIR.replace("limits: { superstepTimeout: PT40S }", ""), "{}");
        poll(script);
        script.wakes.clear();
        script.now = RunScript.START.plusSeconds(5);
        script.tell(new Command.WakeUp(known(RunScript.START, true)));
        assertThat(script.polls).hasSize(1);
        assertThat(script.wakes)
                .containsExactly(new Effect.Wake(RunScript.START.plusSeconds(10), new Command.WakeUp()));
        result(script, "a@1", 1, "{'log': 'a'}");
        assertThat(script.types()).endsWith("node.completed a@1");
    }

    @Test
    void anAgentIsAskedInTimeThoughItsRunIsKeptAtHandForLonger() {
        RunScript script = RunScript.started(GRAPH, "{}");
        script.wakes.clear();
        Polling polling = new Polling("t-1", Dispatch.REST_AFTER);
        script.tell(new Command.Dispatched("a@1", 1, "x", script.now.plus(MINUTE), null, polling));
        assertThat(script.wakes)
                .contains(new Effect.Wake(RunScript.START.plus(Dispatch.REST_AFTER), new Command.WakeUp()));
        script.now = RunScript.START.plus(Dispatch.REST_AFTER);
        script.tell(new Command.WakeUp(known(RunScript.START, true)));
        assertThat(script.polls).hasSize(1);
        assertThat(script.run.status()).isEqualTo(RunStatus.RUNNING);
    }

    @Test
    void whoeverLostATaskIsInDoubt() {
        RunScript script = polled();
        AgentReply lost = AgentReply.retryable(ErrorTypes.TASK_LOST, "no such task");
        script.tell(new Command.Result("a@1", 1, lost, null, RemoteAgents.NONE));
        script.tell(new Command.RetryDue("a@1", 2));
        assertThat(script.calls.getLast().doubtful()).isEqualTo(1);
    }

    @Test
    void anAgentThatWorksOnIsToldOfACancelByItsHandle() {
        RunScript script = polled();
        script.wakeNext();
        script.tell(new Command.Steer("c1", new Control.Cancel("enough")));
        assertThat(script.recalls).containsExactly(new Effect.Recall("x", "a@1", 1, "t-1"));
    }

    @ParameterizedTest
    @MethodSource("elsewhere")
    void anAgentThatWorksOnWhileItAsksIsToldThatNobodyWillAnswer(Command elsewhere, String type) {
        RunScript script = polled();
        ObjectNode kept = JsonNodeFactory.instance.objectNode().put(AgentReply.Interrupted.HANDLE, "t-1");
        AgentReply asks = new AgentReply.Interrupted(kept, Asking.ANYBODY, Usage.NONE, kept);
        script.tell(new Command.Result("a@1", 1, asks, null, RemoteAgents.NONE));
        script.tell(elsewhere);
        assertThat(script.recalls).containsExactly(new Effect.Recall("x", "a@1", 1, "t-1"));
        assertThat(script.types()).endsWith(type);
    }

    private static Stream<Arguments> elsewhere() {
        ObjectNode nothing = JsonNodeFactory.instance.objectNode();
        Run before = RunScript.started(GRAPH, "{}").run;
        return Stream.of(
                Arguments.of(new Command.Steer("c1", new Control.Cancel("enough")), "run.cancelled"),
                Arguments.of(
                        new Command.Steer("c1", new Control.Continue(nothing, WhenBusy.ENQUEUE)), "node.started a@2"),
                Arguments.of(new Command.Rollback("c1", before, false), "run.rolled-back"),
                Arguments.of(new Command.UpdateState("c1", nothing, "a", null), "state.updated"));
    }

    private static RunScript polled() {
        RunScript script = RunScript.started(GRAPH, "{}");
        poll(script);
        return script;
    }

    private static void poll(RunScript script) {
        Polling polling = new Polling("t-1", Duration.ofSeconds(5));
        script.tell(new Command.Dispatched("a@1", 1, "x", script.now.plus(MINUTE), null, polling));
    }

    @Test
    void whatTheAgentSaysBesideWorkThatGoesOnHereAddsNoEventAndOneTimer() {
        RunScript script = RunScript.started(PAIR.replace("limits: { superstepTimeout: PT40S }", ""), "{}");
        dispatch(script, "a@1", 1, Duration.ofSeconds(10));
        List<String> before = script.types();
        script.wakes.clear();
        for (int i = 1; i < 5; i++) {
            script.now = RunScript.START.plusSeconds(10L * i);
            script.tell(new Command.WakeUp(known(script.now, true)));
            assertThat(script.wakes).containsExactly(new Effect.Wake(script.now.plusSeconds(10), new Command.WakeUp()));
            script.wakes.clear();
        }
        assertThat(script.types()).isEqualTo(before);
        assertThat(script.run.status()).isEqualTo(RunStatus.RUNNING);
    }

    @Test
    void aRestThatGoesOnEndsWithWhateverIsDueFirst() {
        RunScript script = RunScript.started(PAIR, "{}");
        script.answer("b@1", "{}");
        dispatch(script, "a@1", 1, Duration.ofSeconds(10));
        script.tell(new Command.Rest(script.run.stirredAt()));
        script.now = RunScript.START.plusSeconds(35);
        script.tell(new Command.WakeUp(known(script.now, true)));
        assertThat(script.postponed).as("the time of the superstep").containsExactly(RunScript.START.plusSeconds(40));
    }

    @Test
    void aHeartbeatDoesNotOutliveTheDeadline() {
        RunScript script = RunScript.started(GRAPH, "{}");
        dispatch(script, "a@1", 1, Duration.ofSeconds(10));
        script.now = RunScript.START.plus(MINUTE);
        script.tell(new Command.WakeUp(known(script.now, true)));
        assertThat(script.types()).endsWith("node.retrying a@1");
    }

    @Test
    void anAgentIsToldOfACancelWhereverTheRunIs() {
        RunScript script = RunScript.started(GRAPH, "{}");
        dispatch(script, "a@1", 1, null);
        script.wakeNext();
        script.tell(new Command.Steer("c1", new Control.Cancel("enough")));
        assertThat(script.types()).endsWith("run.waiting", "node.cancelled a@1", "run.cancelled");
        assertThat(script.recalls).containsExactly(new Effect.Recall("x", "a@1", 1, null));
    }

    @Test
    void anAttemptThatWasSentWhileItsRunWasCancelledIsTakenBack() {
        RunScript script = RunScript.started(GRAPH, "{}");
        script.tell(new Command.Steer("c1", new Control.Cancel("enough")));
        dispatch(script, "a@1", 1, null);
        assertThat(script.recalls).containsExactly(new Effect.Recall("x", "a@1", 1, null));
    }

    @Test
    void aSiblingThatFailsWaitsForWhatIsWithAnAgent() {
        RunScript script = RunScript.started(PAIR, "{}");
        dispatch(script, "a@1", 1, null);
        script.reply("b@1", AgentReply.permanent("http.400", "no"));
        script.wakeNext();
        assertThat(script.run.status()).isEqualTo(RunStatus.WAITING);
        result(script, "a@1", 1, "{'log': 'a'}");
        assertThat(script.types()).endsWith("run.resumed", "node.completed a@1", "run.failed");
    }

    @Test
    void theTimeOfASuperstepIsOverAlsoAtRest() {
        RunScript script = RunScript.started(PAIR, "{}");
        script.answer("b@1", "{}");
        dispatch(script, "a@1", 1, null);
        script.tell(new Command.Rest(script.run.stirredAt()));
        assertThat(script.run.wakeAt()).isEqualTo(RunScript.START.plusSeconds(40));
        script.now = RunScript.START.plusSeconds(40);
        script.tell(new Command.WakeUp());
        assertThat(script.types()).endsWith("node.cancelled a@1", "run.failed");
        assertThat(script.recalls).hasSize(1);
    }

    @Test
    void aPauseWaitsForTheAgent() {
        RunScript script = RunScript.started(GRAPH, "{}");
        dispatch(script, "a@1", 1, null);
        script.wakeNext();
        script.tell(new Command.Steer("p1", new Control.Pause()));
        assertThat(script.types()).endsWith("run.waiting", "run.pausing");
        result(script, "a@1", 1, "{'log': 'a'}");
        assertThat(script.types()).endsWith("node.completed a@1", "run.paused");
    }

    @Test
    void anAgentThatSaysItDidNothingIsCalledAsTheSameAttempt() {
        RunScript script = RunScript.started(GRAPH, "{}");
        script.recover();
        dispatch(script, "a@1", 1, null);
        script.wakeNext();
        script.tell(new Command.NotDone("a@1", 1));
        assertThat(script.types()).endsWith("run.waiting", "run.resumed", "node.started a@1");
        assertThat(script.calls.getLast().attempt()).isEqualTo(1);
        assertThat(script.calls.getLast().doubtful()).isZero();
    }

    @Test
    void showsWhatAnAgentShowsAndNothingOfAnOldAttempt() {
        RunScript script = RunScript.started(GRAPH, "{}");
        dispatch(script, "a@1", 1, null);
        script.tell(new Command.Shown("a@1", 1));
        script.tell(new Command.Shown("a@1", 0));
        assertThat(script.shown).containsExactly(new Effect.Show("remote", "a", "a@1", 1));
        assertThat(script.refusals).hasSize(1);
    }

    @Test
    void countsAgainstTheLimitOnTasksAtOnce() {
        RunScript script = RunScript.started(PAIR, "{}");
        assertThat(script.calls).hasSize(2);
        RunScript limited = RunScript.started(PAIR.replace("PT40S }", "PT40S, concurrency: 1 }"), "{}");
        dispatch(limited, "a@1", 1, null);
        assertThat(limited.calls).hasSize(1);
        result(limited, "a@1", 1, "{}");
        assertThat(limited.calls).hasSize(2);
    }

    private static void dispatch(RunScript script, String task, int attempt, @Nullable Duration heartbeat) {
        script.tell(new Command.Dispatched(task, attempt, "x", script.now.plus(MINUTE), heartbeat, null));
    }

    private static void result(RunScript script, String task, int attempt, String output) {
        AgentReply reply = AgentReply.completed(RunScript.json(output));
        script.tell(new Command.Result(task, attempt, reply, null, RemoteAgents.NONE));
    }

    private static RemoteAgents known(@Nullable Instant heard, boolean isRemote) {
        return new RemoteAgents() {
            @Override
            public boolean isRemote(String agent) {
                return isRemote;
            }

            @Override
            public RetryPolicy policy(String agent) {
                return RetryPolicy.DEFAULT;
            }

            @Override
            public double chance() {
                return 0;
            }

            @Override
            public @Nullable Instant heard(String task, int attempt) {
                return heard;
            }
        };
    }
}
