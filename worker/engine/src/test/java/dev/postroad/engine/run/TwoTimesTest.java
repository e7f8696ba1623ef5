package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentReply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What is due is told by the real time, whatever times a journal has already. */
@NullMarked
class TwoTimesTest {
    private static final Duration LEAD = Duration.ofMinutes(10);

    private static final String NAP = """
            graph: nap
            nodes: { nap: { sleep: "'PT2S'" } }
            edges: [{ from: START, to: nap }, { from: nap, to: END }]
            """;

    private static final String ASK = """
            graph: ask
            nodes: { ask: { agent: any, retry: { maxAttempts: 2, backoff: PT1S, jitter: 0 } } }
            edges: [{ from: START, to: ask }, { from: ask, to: END }]
            """;

    private static Instant wake(Decision decision) {
        return decision.effects().stream()
                .filter(Effect.Wake.class::isInstance)
                .map(effect -> ((Effect.Wake) effect).at())
                .findFirst()
                .orElseThrow();
    }

    private static void assertStamped(List<Event> events, Instant stamp) {
        assertThat(events)
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.at()).isEqualTo(stamp));
    }

    @Test
    void aSleepIsReckonedFromTheRealTimeAndEndsByIt() {
        RunScript script = RunScript.queued(NAP, "{}");
        Instant now = script.now;
        Instant stamp = now.plus(LEAD);
        Decision begun = Decider.decide(script.run, new Command.Start(), now, stamp);
        assertStamped(begun.events(), stamp);
        assertThat(wake(begun)).isEqualTo(now.plusSeconds(2));
        assertThat(Decider.decide(begun.run(), new Command.WakeUp(), now.plusMillis(1_999), stamp)
                        .events())
                .isEmpty();
        Decision woken = Decider.decide(begun.run(), new Command.WakeUp(), now.plusSeconds(2), stamp.plusNanos(1_000));
        assertThat(woken.events().getLast().body()).isInstanceOf(EventBody.RunCompleted.class);
        assertStamped(woken.events(), stamp.plusNanos(1_000));
    }

    @Test
    void aRetryIsReckonedFromTheRealTimeThoughTheJournalIsAhead() {
        RunScript script = RunScript.queued(ASK, "{}");
        Instant now = script.now;
        Run begun = Decider.decide(script.run, new Command.Start(), now.plus(LEAD), now.plus(LEAD))
                .run();
        // The next owner's clock is right, and its lane knows no better stamp.
        AgentReply faulted = AgentReply.retryable("unwell", "not now");
        Effect.CallAgent call = (Effect.CallAgent) Decider.recover(begun, now, now).effects().stream()
                .filter(Effect.CallAgent.class::isInstance)
                .findFirst()
                .orElseThrow();
        Decision retried = Decider.decide(
                begun, new Command.Answer(call.task(), call.attempt(), faulted, RetryPolicy.DEFAULT, 5, 0), now, now);
        assertThat(wake(retried)).isEqualTo(now.plusSeconds(1));
        assertStamped(retried.events(), now.plus(LEAD));
    }
}
