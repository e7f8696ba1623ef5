package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A retry of what waits for its next attempt, before its time. */
final class RetryNowTest {
    private static final String PAIR = """
        graph: pair
        state: { log: { reducer: append } }
        nodes:
          a: { agent: x, retry: { maxAttempts: 2, backoff: PT1H, maxBackoff: PT1H } }
          b: { agent: y }
        edges:
          - { from: START, to: [a, b] }
          - { from: [a, b], to: END }
        """;

    private final RunScript script = RunScript.started(PAIR, "{}");

    @Test
    void beginsTheNextAttemptAtOnceAndSpendsNoMoreThanThatOne() {
        busy("a@1");
        script.tell(new Command.Steer("c1", new Control.Retry(true)));
        assertThat(script.types()).endsWith("run.retried", "node.started a@1");
        assertThat(script.run.isCalling("a@1", 2)).isTrue();

        busy("a@1");
        script.answer("b@1", "{}");
        assertThat(script.run.status()).as("both attempts are used up").isEqualTo(RunStatus.FAILED);
    }

    @Test
    void theTimerOfTheAttemptThatCameEarlierChangesNothing() {
        busy("a@1");
        script.tell(new Command.Steer("c1", new Control.Retry(true)));
        int before = script.journal.size();
        script.wakeNext();
        assertThat(script.journal).hasSize(before);
        script.answer("a@1", "{'log': 1}");
        script.answer("b@1", "{'log': 2}");
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void asksAgainForAnAgentThatWasNotThere() {
        script.answer("b@1", "{}");
        script.tell(new Command.Unavailable("a@1", 1, "x", "it is off", script.now.plus(Duration.ofDays(1)), false));
        assertThat(script.run.status()).isEqualTo(RunStatus.WAITING);
        script.tell(new Command.Steer("c1", new Control.Retry(true)));
        assertThat(script.run.isCalling("a@1", 2)).isTrue();
    }

    @Test
    void isRefusedWhereNothingWaitsForItsNextAttempt() {
        script.tell(new Command.Steer("c1", new Control.Retry(true)));
        assertThat(rejection()).isEqualTo("the run is running, and nothing of it waits for its next attempt");
    }

    @Test
    void withoutItARunThatIsUnderWayRefusesAndNamesIt() {
        busy("a@1");
        script.tell(new Command.Steer("c1", new Control.Retry()));
        assertThat(rejection())
                .isEqualTo("only a failed or cancelled run can be retried, and this one is running; with \"now\": true"
                        + " what waits for its next attempt is tried at once");
    }

    @Test
    void ofARunThatFailedItIsARetryLikeAnyOther() {
        script.reply("a@1", AgentReply.permanent("http.400", "no"));
        script.answer("b@1", "{}");
        script.tell(new Command.Steer("c1", new Control.Retry(true)));
        assertThat(script.run.isCalling("a@1", 2)).isTrue();
        busy("a@1");
        assertThat(script.run.status()).as("it has its attempts anew").isEqualTo(RunStatus.RUNNING);
    }

    private void busy(String task) {
        script.reply(task, AgentReply.retryable("http.503", "busy"));
    }

    private String rejection() {
        return ((EventBody.CommandRejected) script.journal.getLast().body()).reason();
    }
}
