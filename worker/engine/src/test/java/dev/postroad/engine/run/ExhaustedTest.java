package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs that pause for a person when a task has used up its attempts. */
@NullMarked
class ExhaustedTest {
    private static final String PAIR = """
            graph: pair
            state: { log: { reducer: append } }
            nodes:
              a: { agent: writer, retry: { maxAttempts: 2, onExhausted: pause } }
              b: { agent: painter }
            edges: [ { from: START, to: [a, b] }, { from: [a, b], to: END } ]
            """;

    @Test
    void theRunPausesOnceItsOtherTasksAreDoneAndSaysWhy() {
        RunScript script = RunScript.started(PAIR, "{}");
        useUp(script, "a@1");
        assertThat(script.run.status()).as("b is at work").isEqualTo(RunStatus.RUNNING);
        script.answer("b@1", "{'log': 'b'}");

        assertThat(script.types()).endsWith("node.failed a@1", "node.completed b@1", "run.paused");
        assertThat(script.run.status()).isEqualTo(RunStatus.PAUSED);
        assertThat(script.run.error()).isEqualTo(new RunError("http.503", "busy", "a"));
        assertThat(new String(EventCodec.encode(script.journal.getLast().body()), StandardCharsets.UTF_8))
                .isEqualTo("{\"reason\":\"node a failed in all its attempts; unpause or retry the run to try again\","
                        + "\"node\":\"a\",\"task\":\"a@1\","
                        + "\"error\":{\"type\":\"http.503\",\"message\":\"busy\"}}");
    }

    static List<Command.FromUser> waysOn() {
        return List.of(
                new Command.Steer("c1", new Control.Unpause()),
                new Command.Steer("c1", new Control.Retry()),
                new Command.Resume("c1", Map.of(), null, List.of()));
    }

    @ParameterizedTest
    @MethodSource("waysOn")
    void goesOnWithAllItsAttemptsAnew(Command.FromUser wayOn) {
        RunScript script = paused();
        script.recover();
        script.tell(wayOn);
        assertThat(script.run.status()).isEqualTo(RunStatus.RUNNING);
        assertThat(script.run.error()).isNull();
        assertThat(script.run.callsUnderWay()).as("b is done").isEqualTo(Map.of("a@1", 3));

        script.reply("a@1", AgentReply.retryable("http.503", "busy"));
        assertThat(script.types()).endsWith("node.retrying a@1");
        script.wakeNext();
        script.answer("a@1", "{'log': 'a'}");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(script.run.state()).isEqualTo(RunScript.json("{'log': ['a', 'b']}"));
    }

    @Test
    void pausesAgainWhenTheNewAttemptsAreUsedUpToo() {
        RunScript script = paused();
        script.tell(new Command.Steer("c1", new Control.Unpause()));
        useUp(script, "a@1");
        assertThat(script.run.status()).isEqualTo(RunStatus.PAUSED);
    }

    @Test
    void anErrorThatIsNotTriedAgainFailsTheRunAsEver() {
        RunScript script = RunScript.started(PAIR, "{}");
        script.reply("a@1", AgentReply.permanent("http.400", "no"));
        script.answer("b@1", "{}");
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
    }

    @Test
    void aFailureOfAnotherTaskFailsTheRunAllTheSameAndARetryRunsBothAgain() {
        RunScript script = RunScript.started(PAIR, "{}");
        useUp(script, "a@1");
        script.reply("b@1", AgentReply.permanent("http.400", "no"));
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(script.run.error()).isEqualTo(new RunError("http.400", "no", "b"));
        script.tell(new Command.Steer("c1", new Control.Retry()));
        assertThat(script.run.callsUnderWay()).containsOnlyKeys("a@1", "b@1");
    }

    @Test
    void aHandlerTakesOverInPlaceOfAPause() {
        RunScript script = RunScript.started("""
                graph: handled
                state: { log: { reducer: append } }
                nodes:
                  a: { agent: writer, onExhausted: pause, retry: { maxAttempts: 2 }, onError: sorry }
                  sorry: { agent: writer }
                edges: [ { from: START, to: a }, { from: a, to: END }, { from: sorry, to: END } ]
                """, "{}");
        useUp(script, "a@1");
        assertThat(script.types()).endsWith("node.failed a@1", "node.started sorry@1~a");
    }

    @Test
    void aTaskOfAGraphInsideANodePausesTheWholeRun() {
        RunScript script = RunScript.started(RunScript.nested("""
                graph: inner
                state: { log: { reducer: append } }
                nodes: { a: { agent: writer, retry: { maxAttempts: 2 }, onExhausted: pause } }
                edges: [ { from: START, to: a }, { from: a, to: END } ]
                ---
                graph: outer
                state: { log: { reducer: append } }
                nodes: { part: { graph: inner } }
                edges: [ { from: START, to: part }, { from: part, to: END } ]
                """), "{}");
        useUp(script, "part@1/a@1");
        assertThat(script.run.status()).isEqualTo(RunStatus.PAUSED);
        script.tell(new Command.Steer("c1", new Control.Unpause()));
        script.answer("part@1/a@1", "{'log': 'a'}");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void isCancelledRolledBackAndUpdatedLikeAnyPausedRun() {
        RunScript cancelled = paused();
        cancelled.tell(new Command.Steer("c1", new Control.Cancel(null)));
        assertThat(cancelled.run.status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(cancelled.run.error()).isNull();
        cancelled.tell(new Command.Steer("c2", new Control.Retry()));
        assertThat(cancelled.run.callsUnderWay()).containsOnlyKeys("a@1");

        RunScript back = paused();
        back.tell(new Command.Rollback("c1", RunScript.started(PAIR, "{}").run, true));
        assertThat(back.run.callsUnderWay()).containsOnlyKeys("a@2", "b@2");

        RunScript updated = paused();
        updated.tell(new Command.UpdateState(
                "c1",
                (com.fasterxml.jackson.databind.node.ObjectNode) RunScript.json("{'log': 'by hand'}"),
                "a",
                null));
        updated.tell(new Command.Steer("c2", new Control.Unpause()));
        assertThat(updated.run.status()).isEqualTo(RunStatus.COMPLETED);

        RunScript forked = paused();
        forked.tell(new Command.Fork("c1", RunScript.started(PAIR, "{}").run, "run-2", null, null, forked.run.graph()));
        assertThat(forked.spawns).hasSize(1);
        assertThat(forked.run.status()).isEqualTo(RunStatus.PAUSED);
    }

    private static RunScript paused() {
        RunScript script = RunScript.started(PAIR, "{}");
        useUp(script, "a@1");
        script.answer("b@1", "{'log': 'b'}");
        assertThat(script.run.status()).isEqualTo(RunStatus.PAUSED);
        return script;
    }

    /** Both of its attempts. */
    private static void useUp(RunScript script, String task) {
        script.reply(task, AgentReply.retryable("http.503", "busy"));
        script.wakeNext();
        script.reply(task, AgentReply.retryable("http.503", "busy"));
    }
}
