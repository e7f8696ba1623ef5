package dev.postroad.runtime.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.WhenBusy;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.run.Admission;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Decider;
import dev.postroad.engine.run.Decision;
import dev.postroad.engine.run.Origin;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.engine.run.Run;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** A run's row is written where something of it changed, and nowhere else. */
@NullMarked
class RowEffectTest {
    private static final Instant START = Instant.parse("2026-11-28T12:00:00Z");
    private static final Graph GRAPH = Site.graph("""
        graph: asking
        state: { done: { reducer: append } }
        nodes:
          call: { agent: a }
          ask: { interrupt: { ask: "'go on?'", assignee: "'ann'", timeout: PT1H, remindEvery: PT10M } }
        edges: [{ from: START, to: call }, { from: call, to: ask }, { from: ask, to: END }]
        """);

    private Run run = Run.empty("r", GRAPH);
    private int seconds;

    @Test
    void noRowIsWrittenWhileTasksComeAndGo() {
        admit();
        assertThat(told(new Command.Start())).isEqualTo(RowEffect.STATUS);
        assertThat(told(new Command.Steer("p", new Control.Pause()))).isEqualTo(RowEffect.NONE);
        assertThat(told(new Command.Steer("u", new Control.Unpause()))).isEqualTo(RowEffect.NONE);
        assertThat(told(new Command.Steer("r", new Control.Retry())))
                .as("it is refused")
                .isEqualTo(RowEffect.NONE);
        assertThat(told(new Command.Steer("c", new Control.Continue(object(), WhenBusy.ENQUEUE))))
                .as("it waits for the end")
                .isEqualTo(RowEffect.NONE);
        assertThat(told(answer(AgentReply.retryable("io", "gone")))).isEqualTo(RowEffect.NONE);
    }

    @Test
    void whateverARunAtRestAsksIsWrittenWithIt() {
        admit();
        told(new Command.Start());
        assertThat(told(answer(AgentReply.completed(object())))).isEqualTo(RowEffect.QUESTIONS);
        assertThat(run.status()).isEqualTo(RunStatus.WAITING);
        assertThat(told(new Command.Steer("h", new Control.Reassign(null, "bob"))))
                .isEqualTo(RowEffect.QUESTIONS);
        assertThat(told(new Command.Steer("r", new Control.Retry())))
                .as("it is refused")
                .isEqualTo(RowEffect.NONE);
        seconds += (int) Duration.ofMinutes(11).toSeconds();
        assertThat(told(new Command.WakeUp())).as("a reminder").isEqualTo(RowEffect.QUESTIONS);
        assertThat(told(new Command.Steer("p", new Control.Pause()))).isEqualTo(RowEffect.QUESTIONS);
        assertThat(told(new Command.UpdateState("s", object(), "call", null)))
                .as("it is paused before and after, and asks no more")
                .isEqualTo(RowEffect.QUESTIONS);
        assertThat(run.interrupts()).isEmpty();
        assertThat(told(new Command.Steer("u", new Control.Unpause()))).isEqualTo(RowEffect.QUESTIONS);
        assertThat(told(new Command.Steer("c", new Control.Cancel(null)))).isEqualTo(RowEffect.QUESTIONS);
        assertThat(told(new Command.UpdateState("e", object(), "END", null)))
                .as("it ends anew")
                .isEqualTo(RowEffect.STATUS);
    }

    private void admit() {
        Admission admission = new Admission(object(), 0, null, Map.of(), new Origin("t", 1, 1));
        run = Decider.admit("r", GRAPH, admission, START).run();
    }

    private RowEffect told(Command command) {
        Decision decision = Decider.decide(run, command, START.plusSeconds(++seconds));
        assertThat(decision.events()).as("events of %s", command).isNotEmpty();
        run = decision.run();
        return RowEffect.of(
                new JournalEntry(new RunKey(1, "r", 1, null), decision.before(), decision.run(), List.of(), false));
    }

    private static Command answer(AgentReply reply) {
        return new Command.Answer("call@1", 1, reply, RetryPolicy.DEFAULT, 5, 0);
    }

    private static ObjectNode object() {
        return (ObjectNode) Site.json("{}");
    }
}
