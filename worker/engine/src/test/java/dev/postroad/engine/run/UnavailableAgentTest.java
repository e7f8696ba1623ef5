package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class UnavailableAgentTest {
    private static final String PAIR = """
            graph: pair
            state: { log: { reducer: append } }
            nodes: { a: { agent: writer }, b: { agent: painter } }
            edges: [ { from: START, to: [a, b] }, { from: [a, b], to: END } ]
            """;
    private static final String SINGLE = """
            graph: single
            state: { log: { reducer: append } }
            nodes: { a: { agent: writer } }
            edges: [ { from: START, to: a }, { from: a, to: END } ]
            """;
    private static final Instant UNTIL = RunScript.START.plusSeconds(30);

    @Test
    void aRunWaitsForItsAgentAndSaysForWhichAndWhy() {
        RunScript script = RunScript.started(SINGLE, "{}");
        away(script, "a@1", "writer");

        assertThat(script.types()).endsWith("node.started a@1", "node.waiting a@1", "run.waiting");
        assertThat(script.journal.get(3).body())
                .isEqualTo(EventBody.NodeWaiting.missing(
                        new EventBody.Missing("writer", "writer is switched off"), UNTIL));
        assertThat(new String(EventCodec.encode(script.journal.get(3).body()), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("{\"until\":\"" + UNTIL + "\",\"agent\":\"writer\",\"reason\":\"writer is switched off\"}");
        assertThat(script.run.waitsFor()).containsExactly("writer");
        assertThat(script.run.wakeAt()).isEqualTo(UNTIL);
    }

    @Test
    void goesOnAtOnceWhenTheAgentIsThereAgain() {
        RunScript script = RunScript.started(SINGLE, "{}");
        away(script, "a@1", "writer");
        script.tell(new Command.AgentAvailable("painter"));
        assertThat(script.run.status()).as("another agent").isEqualTo(RunStatus.WAITING);

        script.tell(new Command.AgentAvailable("writer"));
        assertThat(script.types()).endsWith("run.resumed", "node.started a@1");
        assertThat(script.run.waitsFor()).isEmpty();
        script.answer("a@1", "{'log': 'a'}");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void asksAgainByItselfWhenNobodySaysThatTheAgentIsThere() {
        RunScript script = RunScript.started(SINGLE, "{}");
        away(script, "a@1", "writer");
        script.wakeNext();
        assertThat(script.now).isEqualTo(UNTIL);
        script.answer("a@1", "{}");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void goesOnWhileAnotherTaskOfTheRunIsStillAtWork() {
        RunScript script = RunScript.started(PAIR, "{}");
        away(script, "a@1", "writer");
        assertThat(script.run.status()).isEqualTo(RunStatus.RUNNING);
        assertThat(script.run.isWaitingFor("writer")).isTrue();

        script.tell(new Command.AgentAvailable("writer"));
        assertThat(script.run.callsUnderWay()).isEqualTo(Map.of("a@1", 2, "b@1", 1));
    }

    @Test
    void leavesTasksAloneThatSleepForAnotherReason() {
        RunScript script = RunScript.started(PAIR, "{}");
        away(script, "a@1", "writer");
        script.reply("b@1", new AgentReply.Sleeping(Duration.ofMinutes(1)));
        assertThat(script.run.waitsFor()).containsExactly("writer");

        script.tell(new Command.AgentAvailable("writer"));
        script.tell(new Command.AgentAvailable("painter"));
        assertThat(script.run.callsUnderWay()).isEqualTo(Map.of("a@1", 2));
    }

    @Test
    void aRunThatWaitsForSeveralAgentsGoesOnWithEachThatComes() {
        RunScript script = RunScript.started(PAIR, "{}");
        away(script, "a@1", "writer");
        away(script, "b@1", "painter");
        assertThat(script.run.waitsFor()).containsExactly("painter", "writer");

        script.tell(new Command.AgentAvailable("painter"));
        script.answer("b@1", "{'log': 'b'}");
        assertThat(script.run.status()).isEqualTo(RunStatus.WAITING);
        assertThat(script.run.waitsFor()).containsExactly("writer");
    }

    @Test
    void aWaitCostsNoAttemptAndGivesNoneBack() {
        RunScript script = RunScript.started(SINGLE, "{}");
        for (int failed = 1; failed <= 3; failed++) {
            away(script, "a@1", "writer");
            script.tell(new Command.AgentAvailable("writer"));
            script.reply("a@1", AgentReply.retryable("http.503", "busy"));
            assertThat(script.journal.getLast().body()).isInstanceOf(EventBody.NodeRetrying.class);
            script.tell(new Command.RetryDue("a@1", script.journal.getLast().attempt() + 1));
        }
        away(script, "a@1", "writer");
        script.recover();
        script.tell(new Command.AgentAvailable("writer"));
        script.reply("a@1", AgentReply.retryable("http.503", "busy"));
        assertThat(script.run.status()).as("the fourth of four attempts failed").isEqualTo(RunStatus.FAILED);
    }

    @Test
    void failsAtOnceWhereTheNodeSaysSo() {
        RunScript script = RunScript.started(SINGLE, "{}");
        script.tell(new Command.Unavailable("a@1", 1, "writer", "writer is switched off", UNTIL, true));
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(Objects.requireNonNull(script.run.error()))
                .isEqualTo(new RunError("agent-unavailable", "writer is switched off", "a"));
    }

    @Test
    void asksAnewOnceARunGoesOnThatWasPausedMeanwhile() {
        RunScript script = RunScript.started(SINGLE, "{}");
        away(script, "a@1", "writer");
        script.tell(new Command.Steer("c1", new Control.Pause()));
        assertThat(script.run.waitsFor()).as("a paused run").isEmpty();
        script.tell(new Command.AgentAvailable("writer"));
        assertThat(script.run.status()).isEqualTo(RunStatus.PAUSED);

        script.tell(new Command.Steer("c2", new Control.Unpause()));
        assertThat(script.run.callsUnderWay()).isEqualTo(Map.of("a@1", 2));
    }

    @Test
    void asksAnewAfterACrashForNobodyToldThisWorker() {
        RunScript script = RunScript.started(PAIR, "{}");
        away(script, "a@1", "writer");
        script.recover();
        assertThat(script.run.callsUnderWay()).isEqualTo(Map.of("a@1", 2, "b@1", 1));
    }

    @Test
    void isCancelledWhileItWaitsAndForgetsTheAgent() {
        RunScript script = RunScript.started(SINGLE, "{}");
        away(script, "a@1", "writer");
        script.tell(new Command.Steer("c1", new Control.Cancel(null)));
        int events = script.journal.size();
        script.tell(new Command.AgentAvailable("writer"));
        assertThat(script.journal).hasSize(events);
        assertThat(script.run.isWaitingFor("writer")).isFalse();
    }

    @Test
    void neverAsksAgainWithoutAPauseThoughClocksDiffer() {
        RunScript script = RunScript.started(SINGLE, "{}");
        script.tell(new Command.Unavailable("a@1", 1, "writer", "", RunScript.START.minusSeconds(5), false));
        assertThat(script.run.wakeAt()).isEqualTo(RunScript.START.plusMillis(100));
    }

    private static void away(RunScript script, String task, String agent) {
        int attempt = Objects.requireNonNull(script.run.callsUnderWay().get(task));
        script.tell(new Command.Unavailable(task, attempt, agent, agent + " is switched off", UNTIL, false));
    }
}
